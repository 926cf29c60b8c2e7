"""What MLflow was told of a pipeline's release log: the number and the digest of its last release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from headgate.cli.ask_registry import ask_registry
from headgate.cli.registered_champion import QUICK
from headgate.releases.registry import LOG_TAG
from headgate.releases.release_rows import Release
from headgate.spec.settings import Settings
from headgate.stack.errors import StackNotRunning


@dataclass(frozen=True)
class Told:
    """The last release that MLflow knows of."""

    release: int
    digest: str

    def breaks(self, history: Sequence[Release]) -> list[str]:
        """What the log says otherwise, in a sentence, if anything."""
        row = next((row for row in history if row.release == self.release), None)
        if row is None:
            return [f"release {self.release} is gone, of which MLflow was told"]
        if row.hash != self.digest:
            return [f"release {self.release} is another one than MLflow was told of"]
        return []


def told_release(settings: Settings, pipeline: str) -> Told | None:
    """Ask MLflow; None where it does not answer, or was told of none that has a digest."""
    question, asked = "registered-models/get", {"name": pipeline}
    try:
        model = ask_registry(settings, question, asked, QUICK, about="registered_model")
    except (StackNotRunning, httpx.HTTPError):  # said by the command: MLflow was not asked
        return None
    tags = {tag["key"]: tag["value"] for tag in (model or {}).get("tags", [])}
    number, _, digest = tags.get(LOG_TAG, "").partition(" ")
    return Told(int(number), digest) if number.isdigit() and digest else None
