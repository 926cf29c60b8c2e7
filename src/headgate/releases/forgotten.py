"""Models that learned from a subject that was forgotten since: they cannot be fitted or served again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from headgate.hops.ledger import Entry, Ledger
from headgate.spec.lineage import EXAMPLES

FORGOTTEN = "forgotten"
"""The check that a model may not come to serve that may know who was forgotten."""


def forgetting_of(ledger: Ledger, header: Mapping[str, Any]) -> Entry | None:
    """The first line by which something was forgotten that the model may have learned from, if any."""
    return next((line for line in ledger.forgettings() if concerns(line, header)), None)


def concerns(line: Entry, header: Mapping[str, Any]) -> bool:
    """Whether the model may have learned from what was forgotten by this line, the first of its forgetting.

    A model knows nothing of what became known after its frontier, nor of what its examples no longer held.
    """
    frontier, examples = datetime.fromisoformat(header["frontier"]), line.versions_before.get(EXAMPLES)
    before = examples is not None and header["pins"].get(EXAMPLES, 0) <= examples
    return before and (line.range_start is None or frontier > line.range_start)


def why_forgotten(ledger: Ledger, header: Mapping[str, Any]) -> str | None:
    """Why the model is not to come to serve: a part of a sentence; None where nothing of it was forgotten."""
    line = forgetting_of(ledger, header)
    if line is None:
        return None
    return f"it may have learned from a subject that was forgotten since ({said_of(line)})"


def said_of(line: Entry) -> str:
    """Which forgetting it was, in words that do not name the subject."""
    when = f" on {line.recorded_at:%Y-%m-%d}" if line.recorded_at else ""
    return f"{line.attempt}, asked for by {line.decided_by}{when}"
