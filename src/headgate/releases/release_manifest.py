"""What a release was made of, as the ledger and the model log tell: tables, code, spec, gate reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from headgate.hops.ledger import Entry, Ledger
from headgate.releases.model_headers import header_of
from headgate.spec.lineage import EXAMPLES
from headgate.spec.settings import Settings


def manifest_of(settings: Settings, pipeline: str, ledger: Ledger, model: int | None) -> dict[str, Any]:
    """The values of a release that follow from its model: `pins`, `code`, `spec`, `gate_reports`, `tables`.

    The reports are the last ones of each hop before the model's tables were as they were, not those of hours
    that were derived again since. Nothing where there is no model. Raises UnknownModel.
    """
    if model is None:
        return {}
    header = header_of(settings, pipeline, model)
    frontier = datetime.fromisoformat(header["frontier"])
    line = published_with(ledger, header["pins"][EXAMPLES], frontier)
    return {
        "pins": header["pins"],
        "code": header["code"],
        "spec": header["spec"],
        "gate_reports": {
            entry.hop: entry.report
            for entry in ledger.done()
            if entry.range_end <= frontier and (line is None or entry.entry <= line.entry)
        },
        "tables": ledger.versions(line.entry) if line else {},
    }


def frontier_now(ledger: Ledger) -> str:
    """How far the last layer is published, as a release says it; empty before the first hour."""
    reached = ledger.frontier()
    return reached.isoformat() if reached else ""


def published_with(ledger: Ledger, examples: int, frontier: datetime) -> Entry | None:
    """The last line that gave the examples this version while the frontier was this one.

    It is a publish of gold, or one of what changed the tables' versions after it: maintenance, a forgetting.
    """
    found, reached = None, None
    for entry in ledger.entries():
        published = entry.hop == ledger.last_hop and entry.state == "done"
        if published:
            reached = max(entry.range_end, reached) if reached else entry.range_end
        gave = published or entry.state in ("maintained", "forgetting", "forgotten")
        if gave and reached == frontier and entry.versions.get(EXAMPLES) == examples:
            found = entry
    return found
