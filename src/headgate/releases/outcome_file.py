"""What a job of its own leaves for the command that waits for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from headgate.spec.errors import HeadgateError

OUTCOME = "outcome.json"


def leave_outcome(folder: Path, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Do the work and write what it returns into the folder; of an error of Headgate's the parts of its text,
    as `refused`."""
    try:
        outcome = work()
    except HeadgateError as error:
        outcome = {"refused": [error.what, error.where, error.left, error.next_command]}
    (folder / OUTCOME).write_text(json.dumps(outcome), encoding="utf-8")
    return outcome
