"""What the pages about the quarantine show: what is kept apart and why, and what was asked for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from headgate.airflow.names import quarantine_dag_id
from headgate.airflow.pages.records import known_files_of, ledger_of, requests_of
from headgate.gates.diverted import PREFIX
from headgate.gates.quarantine import DISMISS, REPLAY
from headgate.gates.rules import GateRule, rules_of
from headgate.gates.verdict import MASK
from headgate.gates.words import in_words
from headgate.hops.ask_quarantine import mendable
from headgate.hops.quarantined_rows import QuarantinedRow, quarantined_rows
from headgate.hops.requests import Request, rows_in
from headgate.hops.stage_requests import OPERATION
from headgate.spec.contract import Contract
from headgate.spec.load import LoadedPipeline
from headgate.spec.personal_columns import personal_columns
from headgate.spec.settings import Settings

ROWS_SHOWN = 50
REQUESTS_SHOWN = 20
MENDED = 3
"""How many columns the form mends in one go."""


@dataclass(frozen=True)
class Filter:
    """Which rows of a table's quarantine are looked at: those that broke `rule`, those of `hour`, or all."""

    rule: str = ""
    hour: datetime | None = None

    def takes(self, row: QuarantinedRow) -> bool:
        """Whether it lets the row through."""
        return (not self.rule or self.rule in row.rules) and self.hour in (None, row.hour)


@dataclass(frozen=True)
class RuleCount:
    """How many rows of a table are apart for a rule, and since when until when."""

    rule: str
    words: str
    rows: int
    first: datetime
    last: datetime


@dataclass(frozen=True)
class ShownRow:
    """A row as the page has it: its rules in words, the values that say most first, personal ones masked.

    `waits` for a run, by an earlier request.
    """

    row: QuarantinedRow
    rules: list[tuple[str, str]]
    telling: dict[str, Any]
    others: dict[str, Any]
    rescued: str | None
    waits: bool


def quarantine_overview(settings: Settings, loaded: LoadedPipeline) -> dict[str, Any]:
    """One pipeline's part of `quarantine.html`."""
    versions = ledger_of(settings, loaded).versions()
    tables = [
        {"table": table, "rules": rule_counts(loaded, table, rows), "rows": len(rows)}
        for table in loaded.spec.silver
        if (rows := _rows(settings, loaded, table, versions))
    ]
    return {
        "name": loaded.spec.pipeline,
        "tables": tables,
        "waiting": _waiting(settings, loaded.spec.pipeline),
        "first_table": next(iter(loaded.spec.silver)),
    }


def quarantine_values(
    settings: Settings, loaded: LoadedPipeline, table: str, chosen: Filter, page: int
) -> dict[str, Any]:
    """The values of `quarantined.html`: one table, the latest rows first, `page` counts from 1."""
    pipeline = loaded.spec.pipeline
    ledger = ledger_of(settings, loaded)
    rows = _rows(settings, loaded, table, ledger.versions())
    found = [row for row in rows if chosen.takes(row)]
    waiting = _waiting(settings, pipeline)
    taken = rows_in(waiting)
    pages = max(1, -(-len(found) // ROWS_SHOWN))
    page = min(max(page, 1), pages)
    contract, rules = loaded.contracts[f"silver.{table}"], _rules(loaded, table)
    personal = personal_columns(loaded)[f"silver.{table}"]
    shown = found[(page - 1) * ROWS_SHOWN : page * ROWS_SHOWN]
    return {
        "pipeline": pipeline,
        "table": table,
        "tables": list(loaded.spec.silver),
        "rules": rule_counts(loaded, table, rows),
        "hours": sorted(Counter(row.hour for row in rows).items(), reverse=True),
        "chosen": chosen,
        "total": len(rows),
        "matching": len(found),
        "askable": sum((row.file, row.row) not in taken for row in found),
        "shown": [_shown(row, contract, personal, rules, (row.file, row.row) in taken) for row in shown],
        "page": page,
        "pages": pages,
        "requests": _requests(settings, loaded, table),
        "waiting": {request.request for request in waiting},
        "frontier": ledger.frontier(),
        "dag": quarantine_dag_id(pipeline),
        "columns": mendable(loaded, table),
        "mended": MENDED,
        "replay": REPLAY,
        "dismiss": DISMISS,
    }


def _requests(settings: Settings, loaded: LoadedPipeline, table: str) -> list[Request]:
    """The latest requests about a table, newest first, with the mended values of personal columns masked."""
    found = [one for one in requests_of(settings, loaded.spec.pipeline) if one.table == table]
    columns, feed = loaded.contracts[f"silver.{table}"].columns, loaded.spec.silver[table].feed
    personal = personal_columns(loaded)[f"silver.{table}"]
    harmless = {name for name in columns if name not in personal}
    if personal:
        # a transform may make a personal column of any other of the feed
        harmless |= {loaded.spec.feeds[feed].committed_at, OPERATION}
    else:
        harmless |= set(mendable(loaded, table))
    return [
        replace(one, values={name: text if name in harmless else MASK for name, text in one.values.items()})
        for one in found[-REQUESTS_SHOWN:][::-1]
    ]


def rows_apart(
    settings: Settings, loaded: LoadedPipeline, table: str, chosen: Filter
) -> list[QuarantinedRow]:
    """The rows of a silver table's quarantine that a filter takes, by what is published, the latest first."""
    rows = _rows(settings, loaded, table, ledger_of(settings, loaded).versions())
    return [row for row in rows if chosen.takes(row)]


def rows_to_ask_for(
    settings: Settings, loaded: LoadedPipeline, table: str, chosen: Filter
) -> list[QuarantinedRow]:
    """Those of them that do not wait for a run by an earlier request."""
    taken = rows_in(_waiting(settings, loaded.spec.pipeline))
    return [row for row in rows_apart(settings, loaded, table, chosen) if (row.file, row.row) not in taken]


def said_of(loaded: LoadedPipeline, table: str, chosen: Filter) -> str:
    """A filter in words, with the table: `flights, hour 2013-01-29 05:00: air_time is at least 0`."""
    hour = f", hour {chosen.hour:%Y-%m-%d %H:%M}" if chosen.hour else ""
    rule = f": {_words(chosen.rule, _rules(loaded, table))}" if chosen.rule else ""
    return f"{table}{hour}{rule}"


def _rows(
    settings: Settings, loaded: LoadedPipeline, table: str, versions: dict[str, int]
) -> list[QuarantinedRow]:
    version = versions.get(f"silver.{table}_changes")
    return [] if version is None else quarantined_rows(settings, loaded, table, version)


def rule_counts(loaded: LoadedPipeline, table: str, rows: list[QuarantinedRow]) -> list[RuleCount]:
    """The broken rules with their rows, most rows first; a row that broke several counts for each."""
    rules = _rules(loaded, table)
    hours: dict[str, list[datetime]] = {}
    for row in rows:
        for rule in row.rules:
            hours.setdefault(rule, []).append(row.hour)
    found = [
        RuleCount(rule, _words(rule, rules), len(known), min(known), max(known))
        for rule, known in hours.items()
    ]
    return sorted(found, key=lambda one: (-one.rows, one.rule))


def _waiting(settings: Settings, pipeline: str) -> list[Request]:
    known = known_files_of(settings, pipeline)
    return [request for request in requests_of(settings, pipeline) if request.path not in known.newest]


def _rules(loaded: LoadedPipeline, table: str) -> dict[str, GateRule]:
    return {rule.id: rule for rule in rules_of(loaded.contracts[f"silver.{table}"], f"silver.{table}")}


def _words(rule: str, rules: dict[str, GateRule]) -> str:
    """A broken rule in words; one that the contract no longer has by its name."""
    plain = rule.removeprefix(PREFIX)
    words = in_words(rules[plain]) if plain in rules else plain
    return f"by a decision about a closed gate: {words}" if plain != rule else words


def _shown(
    row: QuarantinedRow, contract: Contract, personal: set[str], rules: dict[str, GateRule], waits: bool
) -> ShownRow:
    values = {name: MASK if name in personal and v is not None else v for name, v in row.values.items()}
    broken = [rules[plain] for rule in row.rules if (plain := rule.removeprefix(PREFIX)) in rules]
    telling = [*contract.key, *(name for rule in broken for name in rule.columns)]
    return ShownRow(
        row,
        [(rule, _words(rule, rules)) for rule in row.rules],
        {name: values[name] for name in dict.fromkeys(telling) if name in values},
        {name: v for name, v in values.items() if name not in telling and v is not None},
        MASK if personal and row.rescued else row.rescued,
        waits,
    )
