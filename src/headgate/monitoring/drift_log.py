"""The drift log: `ops.drift`, one row a day that was checked and column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from headgate.lake.append_record import append_arrow
from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.lake.transaction import Transaction
from headgate.monitoring.drift_check import ColumnDrift, asking
from headgate.spec.pipeline import Drift
from headgate.spec.settings import Settings

DRIFT = "ops.drift"
EPOCH = date(1970, 1, 1)
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("model", pa.int64()),
        ("version", pa.int32()),
        ("column", pa.string()),
        ("rows", pa.int64()),
        ("psi", pa.float64()),
        ("js", pa.float64()),
        ("usual", pa.float64()),
        ("limit", pa.float64()),
        ("drifted", pa.bool_()),
        ("asks", pa.bool_()),
    ]
)
"""`model` and `version`: the champion when the day began, against whose training data it was held. `asks`:
the column had drifted on so many of the last days, this one included, that it asks for a challenger. The
rest is `ColumnDrift`. A day without columns has one row with an empty name: it was looked at."""


@dataclass(frozen=True)
class DriftDay:
    """What was found on one day."""

    day: date
    model: int
    version: int | None
    columns: tuple[ColumnDrift, ...]
    asks: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """What follows from it, in one line."""
        if self.asks:
            return f"A challenger is asked for: {', '.join(self.asks)} drift for days, up to {self.day}."
        return f"Nothing asks for a challenger, up to {self.day}."


def drift_days(settings: Settings, pipeline: str) -> list[DriftDay]:
    """All days that were checked, the earliest first, read without a JVM."""
    rows: dict[date, list[dict[str, Any]]] = {}
    for row in read_rows(table_path(settings.lake, pipeline, DRIFT)):
        rows.setdefault(row["day"], []).append(row)
    return [_day(day, rows[day]) for day in sorted(rows)]


def append_day(
    settings: Settings,
    pipeline: str,
    day: date,
    model: int,
    version: int | None,
    found: Sequence[ColumnDrift],
    policy: Drift,
) -> DriftDay:
    """Put a day on record, once; days are put down in their order. Returns it with what it asks for."""
    before = {one.day: _drifted(one.columns) for one in drift_days(settings, pipeline) if one.day < day}
    known = {one.column for one in found}
    asks = [column for column in asking({**before, day: _drifted(found)}, day, policy) if column in known]
    rows = [{**asdict(one), "drifted": one.drifted, "asks": one.column in asks} for one in found]
    head = {"day": day, "model": model, "version": version}
    table = pa.Table.from_pylist([{**head, **row} for row in rows or [{"column": ""}]], SCHEMA)
    append_arrow(
        table, table_path(settings.lake, pipeline, DRIFT), Transaction("headgate/drift", (day - EPOCH).days)
    )
    return DriftDay(day, model, version, tuple(found), tuple(asks))


def _drifted(columns: Sequence[ColumnDrift]) -> frozenset[str]:
    return frozenset(one.column for one in columns if one.drifted)


def _day(day: date, rows: list[dict[str, Any]]) -> DriftDay:
    names = ("column", "rows", "psi", "js", "usual", "limit")
    known = [row for row in rows if row["column"]]
    return DriftDay(
        day=day,
        model=rows[0]["model"],
        version=rows[0]["version"],
        columns=tuple(ColumnDrift(**{name: row[name] for name in names}) for row in known),
        asks=tuple(row["column"] for row in known if row["asks"]),
    )
