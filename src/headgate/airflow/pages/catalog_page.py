"""What the catalog shows: every table with its contract, origin, readers and statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.airflow.pages.records import headers_of, ledger_of, releases_of, statistics_of
from headgate.features.column_statistics import NUMBERS, ColumnStatistics
from headgate.gates.rules import GateRule, rules_of
from headgate.gates.words import in_words
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.merged_statistics import NoStatistics
from headgate.releases.release_rows import serving
from headgate.spec.contract import Column, Contract
from headgate.spec.layers import stored_name
from headgate.spec.lineage import EXAMPLES, Source, features_from, readers_of, sources_of
from headgate.spec.load import LoadedPipeline
from headgate.spec.predictions import hop_of
from headgate.spec.settings import Settings

PUBLISHES_SHOWN = 24
QUARTILES = (0.25, 0.5, 0.75)
TOP = 3
IMPLIED = ("columns", "type")
"""Rules that the columns and their types say already."""


@dataclass(frozen=True)
class Found:
    """A table in the list: why the search found it is among its `columns`, where it is not in its name."""

    pipeline: str
    table: str
    description: str
    owner: str
    columns: int
    matching: list[str]
    last: Entry | None


@dataclass(frozen=True)
class ColumnShown:
    """A column with all that is known of it."""

    name: str
    shape: Column
    is_key: bool
    source: Source
    feature: str | None
    rules: list[tuple[GateRule, str]]
    statistics: ColumnStatistics | None
    spread: str
    top: list[tuple[str, float]]


def catalog(settings: Settings, readable: Iterable[LoadedPipeline], wanted: str) -> list[Found]:
    """The tables whose name, description or columns hold every word of `wanted`, in any case."""
    words = wanted.lower().split()
    found = []
    for loaded in readable:
        ledger = ledger_of(settings, loaded)
        for table, contract in loaded.contracts.items():
            name = f"{loaded.spec.pipeline} {table} {contract.description} {loaded.spec.owner}".lower()
            columns = [
                column
                for column, shape in contract.columns.items()
                if any(word in f"{column} {shape.description}".lower() for word in words)
            ]
            told = " ".join([name, *(f"{c} {contract.columns[c].description}".lower() for c in columns)])
            if all(word in told for word in words):
                found.append(
                    Found(
                        loaded.spec.pipeline,
                        table,
                        contract.description,
                        loaded.spec.owner,
                        len(contract.columns),
                        columns,
                        _last(publishes_of(ledger, table)),
                    )
                )
    return found


def table_values(
    settings: Settings, loaded: LoadedPipeline, table: str, hour: datetime | None
) -> dict[str, Any]:
    """The values of `table.html`; statistics are of the publish of `hour`, else of the last with rows."""
    contract, spec = loaded.contracts[table], loaded.spec
    entries = publishes_of(ledger_of(settings, loaded), table)[-PUBLISHES_SHOWN:]
    brought = [entry for entry in entries if table in entry.rows and entry.rows[table].published]
    chosen = next((entry for entry in entries if entry.last_hour == hour), _last(brought) or _last(entries))
    statistics = _statistics(settings, loaded, table, chosen) if chosen else {}
    users = [
        header
        for header in headers_of(settings, spec.pipeline)
        if table == EXAMPLES or features_from(spec, table).keys() & _inputs(header)
    ]
    return {
        "pipeline": spec.pipeline,
        "table": table,
        "contract": contract,
        "owner": spec.owner,
        "columns": _columns(loaded, table, contract, statistics),
        "further": [
            (rule, in_words(rule))
            for rule in rules_of(contract, table)
            if rule.column not in contract.columns and rule.id.rpartition(".")[2] not in IMPLIED
        ],
        "readers": readers_of(spec, table),
        "models": users[::-1],
        "serving": serving(releases_of(settings, spec.pipeline)) if users else None,
        "entries": entries[::-1],
        "chosen": chosen,
        "stored": stored_name(table),
        "statistics": any(record.rows for record in statistics.values()),
    }


def publishes_of(ledger: Ledger, table: str) -> list[Entry]:
    """The finished publishes that gave the table a version, of each hour the last, oldest first."""
    hop = hop_of(table)
    latest = {entry.range_end: entry for entry in ledger.done(hop) if stored_name(table) in entry.versions}
    return [latest[end] for end in sorted(latest)]


def _columns(
    loaded: LoadedPipeline, table: str, contract: Contract, statistics: dict[str, ColumnStatistics]
) -> list[ColumnShown]:
    sources = sources_of(loaded.spec, table, contract.columns)
    features = features_from(loaded.spec, table)
    rules = [rule for rule in rules_of(contract, table) if rule.id.rpartition(".")[2] not in IMPLIED]
    return [
        ColumnShown(
            name,
            shape,
            name in contract.key,
            sources.get(name, Source()),
            features.get(name),
            [(rule, in_words(rule)) for rule in rules if rule.column == name],
            statistics.get(name),
            _spread(statistics.get(name)),
            _top(statistics.get(name)),
        )
        for name, shape in contract.columns.items()
    ]


def _statistics(
    settings: Settings, loaded: LoadedPipeline, table: str, entry: Entry
) -> dict[str, ColumnStatistics]:
    try:
        found = statistics_of(settings, loaded, stored_name(table), entry.last_hour)
    except NoStatistics:  # a publish without rows of the table has none
        return {}
    return {record.column: record for record in found.columns}


def _spread(record: ColumnStatistics | None) -> str:
    """Least, middle and greatest value."""
    if record is None or record.minimum is None or record.maximum is None:
        return ""
    middle = record.quantiles(QUARTILES)
    values = [record.minimum, *middle[1:2], record.maximum]
    return " … ".join(_said(value, record.type) for value in values)


def _said(value: Any, type_name: str) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:,.6g}" if type_name in NUMBERS else str(value)


def _top(record: ColumnStatistics | None) -> list[tuple[str, float]]:
    """The most frequent values, each with its share of the rows."""
    if record is None or record.values is None or not record.rows:
        return []
    ordered = sorted(record.values.counts.items(), key=lambda one: (-one[1], one[0]))
    return [(value, count / record.rows) for value, count in ordered[:TOP]]


def _inputs(header: dict[str, Any]) -> set[str]:
    return {feature["name"] for feature in header.get("features", [])}


def _last(entries: list[Entry]) -> Entry | None:
    return entries[-1] if entries else None
