"""The statistics log: `ops.statistics`, one row per publish, table and column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from headgate.features.column_statistics import ColumnStatistics, Ordered
from headgate.features.value_counts import ValueCounts
from headgate.hops.attempt import Attempt
from headgate.hops.ledger import Ledger
from headgate.lake.append_record import append_arrow
from headgate.lake.history import data_files
from headgate.lake.paths import table_path
from headgate.lake.storage import read_parquet
from headgate.lake.transaction import Transaction
from headgate.spec.hour_range import HourRange
from headgate.spec.settings import Settings

STATISTICS = "ops.statistics"
FILE = "statistics.parquet"
APPLICATION = "headgate/statistics"

_MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        ("number", pa.int64()),
        ("hop", pa.string()),
        ("table", pa.string()),
        ("column", pa.string()),
        ("range_start", _MOMENT),
        ("range_end", _MOMENT),
        ("type", pa.string()),
        ("personal", pa.bool_()),
        ("rows", pa.int64()),
        ("nulls", pa.int64()),
        ("quarantined", pa.int64()),
        ("deletions", pa.int64()),
        ("not_finite", pa.int64()),
        ("distinct", pa.int64()),
        ("minimum", pa.string()),
        ("maximum", pa.string()),
        ("sum", pa.float64()),
        ("values", pa.map_(pa.string(), pa.int64())),
        ("values_short", pa.int64()),
        ("distinct_sketch", pa.binary()),
        ("distribution", pa.binary()),
    ]
)
"""`number` is the publish number, (`range_start`, `range_end`] the hours that the rows belong to; the rest is
`ColumnStatistics`, minimum and maximum as text in ISO form."""


@dataclass(frozen=True)
class Publish:
    """A finished publish that has statistics: of which hours, and of which tables."""

    number: int
    hop: str
    hours: HourRange
    tables: frozenset[str]


def keep_with_attempt(attempt: Attempt, hours: HourRange, records: list[ColumnStatistics]) -> None:
    """Put the statistics of what was staged for `hours` beside it, until it is published."""
    rows = [statistics_row(attempt.hop, hours, record) for record in records]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), sink, compression="zstd")
    attempt.write_bytes(FILE, sink.getvalue().to_pybytes())


def require_kept(attempt: Attempt) -> None:
    """Raises NoAttempt where the gate has kept nothing."""
    attempt.read_bytes(FILE)


def append_statistics(settings: Settings, attempt: Attempt, number: int) -> None:
    """Append what the gate kept with the attempt, as publish `number`; a repeat changes nothing.

    Raises NoAttempt where the gate has kept nothing.
    """
    kept = pq.ParquetFile(pa.BufferReader(attempt.read_bytes(FILE))).read(use_threads=False)
    if kept.num_rows == 0:
        return
    numbered = kept.set_column(0, SCHEMA.field("number"), pa.array([number] * kept.num_rows, pa.int64()))
    path = table_path(settings.lake, attempt.pipeline, STATISTICS)
    append_arrow(numbered, path, Transaction(APPLICATION, number))


def publishes(settings: Settings, pipeline: str, ledger: Ledger) -> list[Publish]:
    """The publishes with statistics that the ledger calls done, by number."""
    done = {entry.number for entry in ledger.done()}
    names = ["number", "hop", "range_start", "range_end", "table"]
    found: dict[int, Publish] = {}
    for row in _read(settings, pipeline, ds.field("number").isin(sorted(done)), names):
        known = found.get(row["number"])
        tables = frozenset({row["table"]}) | (known.tables if known else frozenset())
        hours = HourRange(row["range_start"], row["range_end"])
        found[row["number"]] = Publish(row["number"], row["hop"], hours, tables)
    return [found[number] for number in sorted(found)]


def records_of(settings: Settings, pipeline: str, table: str, numbers: list[int]) -> list[ColumnStatistics]:
    """The records of one table in these publishes, in no order."""
    wanted = (ds.field("table") == table) & ds.field("number").isin(numbers)
    rows = _read(settings, pipeline, wanted, SCHEMA.names)
    return [_record(row) for row in rows]


def _read(
    settings: Settings, pipeline: str, wanted: ds.Expression, columns: list[str]
) -> list[dict[str, Any]]:
    files = data_files(table_path(settings.lake, pipeline, STATISTICS))
    if not files:
        return []
    rows: list[dict[str, Any]] = read_parquet(
        files, columns=columns, filters=wanted, schema=SCHEMA
    ).to_pylist()
    return rows


def statistics_row(hop: str, hours: HourRange, record: ColumnStatistics) -> dict[str, Any]:
    """A record as a row of the log, still without the number of its publish."""
    taken = {name: getattr(record, name) for name in _TAKEN_OVER}
    values = record.values
    return {
        "hop": hop,
        "range_start": hours.start,
        "range_end": hours.end,
        **taken,
        "minimum": _text(record.minimum),
        "maximum": _text(record.maximum),
        "values": None if values is None else list(values.counts.items()),
        "values_short": None if values is None else values.short,
    }


def _record(row: dict[str, Any]) -> ColumnStatistics:
    taken = {name: row[name] for name in _TAKEN_OVER}
    values = None if row["values"] is None else ValueCounts(dict(row["values"]), row["values_short"])
    minimum, maximum = (_ordered(row["type"], row[name]) for name in ("minimum", "maximum"))
    return ColumnStatistics(**taken, minimum=minimum, maximum=maximum, values=values)


_TAKEN_OVER = (
    *("table", "column", "type", "personal", "rows", "nulls", "quarantined", "deletions", "not_finite"),
    *("distinct", "distinct_sketch", "sum", "distribution"),
)
_FROM_TEXT: dict[str, Callable[[str], Ordered]] = {
    "int": int,
    "bigint": int,
    "double": float,
    "date": date.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


def _text(value: Ordered | None) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else repr(value)


def _ordered(type_name: str, text: str | None) -> Ordered | None:
    return None if text is None else _FROM_TEXT[type_name](text)
