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

    Nothing where there is no model. Raises UnknownModel.
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
        "gate_reports": {entry.hop: entry.report for entry in ledger.done() if entry.range_end <= frontier},
        "tables": ledger.versions(line.entry) if line else {},
    }


def frontier_now(ledger: Ledger) -> str:
    """How far the last layer is published, as a release says it; empty before the first hour."""
    reached = ledger.frontier()
    return reached.isoformat() if reached else ""


def published_with(ledger: Ledger, examples: int, frontier: datetime) -> Entry | None:
    """The last publish of gold after which the examples had this version and the frontier was this one."""
    found, reached = None, None
    for entry in ledger.done(ledger.last_hop):
        reached = max(entry.range_end, reached) if reached else entry.range_end
        if reached == frontier and entry.versions.get(EXAMPLES) == examples:
            found = entry
    return found
