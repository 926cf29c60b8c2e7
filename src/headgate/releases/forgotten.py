"""Models that learned from a subject that was forgotten since: they cannot be fitted or served again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from headgate.hops.ledger import Entry, Ledger
from headgate.spec.lineage import EXAMPLES


def forgetting_of(ledger: Ledger, header: Mapping[str, Any]) -> Entry | None:
    """The line by which something was forgotten that the model may have learned from; None without one.

    A model knows nothing of what became known after its frontier, nor of what its examples no longer held.
    """
    for line in ledger.forgettings():
        frontier, examples = datetime.fromisoformat(header["frontier"]), line.versions_before.get(EXAMPLES)
        before = examples is not None and header["pins"].get(EXAMPLES, 0) <= examples
        if before and (line.range_start is None or frontier > line.range_start):
            return line
    return None


def said_of(line: Entry) -> str:
    """Which forgetting it was, in words that do not name the subject."""
    when = f" on {line.recorded_at:%Y-%m-%d}" if line.recorded_at else ""
    return f"{line.attempt}, asked for by {line.decided_by}{when}"
