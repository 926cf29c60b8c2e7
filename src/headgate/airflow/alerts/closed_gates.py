"""Closed gates, each a cause as long as the same rules keep it closed."""

from __future__ import annotations

import hashlib

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.names import hour_name
from headgate.airflow.pages.paths import page_address
from headgate.airflow.pages.render import hour
from headgate.airflow.pages.verdicts import closing_words, with_verdicts
from headgate.gates.verdict import Verdict
from headgate.gates.ways_out import next_step
from headgate.hops.ledger import Entry, Ledger
from headgate.spec.load import LoadedPipeline
from headgate.spec.personal_columns import personal_columns
from headgate.spec.settings import Settings

CLOSED_GATE = "closed_gate"
TOLD = 3
"""How many broken rules a message tells; the report has them all."""


def closed_gates(settings: Settings, loaded: LoadedPipeline, ledger: Ledger) -> list[Cause]:
    """A cause for each gate that has closed and not been passed since, those of a replay included.

    Run again with the same outcome, it is the same cause; other rules that close it are another one. A gate
    whose verdict was removed, with its old report, is no news any more.
    """
    first = {closures[-1].entry: closures[0].entry for closures in ledger.closures_not_passed()}
    return [
        _cause(loaded, entry, first[entry.entry], verdict)
        for entry, verdict in with_verdicts(settings.reports, loaded.spec.pipeline, ledger.not_passed())
    ]


def _cause(loaded: LoadedPipeline, entry: Entry, first: int, verdict: Verdict) -> Cause:
    name, rules = loaded.spec.pipeline, verdict.closing
    broken = hashlib.sha256("\n".join(sorted(f"{r.table} {r.rule}" for r in rules)).encode()).hexdigest()[:12]
    return Cause(
        key=f"{CLOSED_GATE}/{entry.hop}/{hour_name(entry.hour)}/{first}/{broken}",
        kind=CLOSED_GATE,
        title=f"{name}: the {entry.hop} gate is closed at {hour(entry.hour)}",
        what="; ".join(closing_words(verdict, personal_columns(loaded), TOLD)),
        page=page_address("validation", name, entry.hop, hour_name(entry.hour), entry.attempt),
        next_command=next_step(name, entry.hop, rules),
    )
