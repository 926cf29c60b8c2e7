"""The demo, while a worker and the engine are killed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.compose.compose_stack import ComposeStack

KILLS = {
    ("2013-01-28 23:00", "bronze.publish"): "spark-worker",
    ("2013-01-29 00:00", "silver.stage"): "engine",
}
"""What is killed when a task of an hour has ended: the next task is at work on it."""


@dataclass
class EventfulDemo:
    """The demo's output, and what was killed meanwhile."""

    stack: ComposeStack
    lines: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Run it; it must come to a good end all the same."""
        for line in self.stack.lines("demo", "--hours", "1", "--json"):
            self.lines.append(line)
            task = line[18:].partition(" ")[0]
            victim = KILLS.get((line[:16], task)) if " done " in line else None
            if victim:
                self.stack.kill(victim)
                self.killed.append(victim)

    @property
    def summary(self) -> dict[str, Any]:
        """The JSON object on the last line."""
        found: dict[str, Any] = json.loads(self.lines[-1])
        return found
