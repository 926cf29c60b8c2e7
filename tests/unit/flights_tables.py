"""Small tables of the flights pipeline, and its transforms as the spec names them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from headgate.lake.columns import CARRIED_TYPES
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform

Row = dict[str, Any]
LOADED = load_pipeline(Settings(), "flights")


def transform(layer: str, name: str) -> Callable[..., DataFrame]:
    """A transform of the bundled pipeline."""
    return load_transform(LOADED, layer, name)


def january(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in January 2013, UTC."""
    return datetime.fromisoformat(f"2013-01-{day:02d} {hour:02d}:{minute:02d}")


def table(spark: SparkSession, name: str, rows: list[Row]) -> DataFrame:
    """Rows of `<layer>.<table>` with carried columns; columns that a row leaves out are null."""
    columns = {column: spec.type for column, spec in LOADED.contracts[name].columns.items()} | CARRIED_TYPES
    schema = ", ".join(f"`{column}` {kind}" for column, kind in columns.items())
    return spark.createDataFrame([tuple(row.get(column) for column in columns) for row in rows], schema)


def flight(
    flight_id: str, scheduled_at: datetime, committed_at: datetime, status: str | None, **values: Any
) -> Row:
    """A change of a flight in silver's change log, known at the end of its hour."""
    minutes = committed_at.hour * 60 + committed_at.minute
    return {
        "flight_id": flight_id,
        "scheduled_at": scheduled_at,
        "status": status,
        "_op": "U",
        "_revision": 0,
        "carrier": "AA",
        "origin": "JFK",
        "dest": "BOS",
        "tailnum": "N1",
        "distance": 187,
        "sched_arr_time": 915,
        "local_date": scheduled_at.date(),
        "local_hour": scheduled_at.hour - 5,
        "_committed_at": committed_at,
        "_sequence": f"1|{committed_at:%dT%H:%M}|flights|{minutes:04d}",
        "_known_at": committed_at.replace(hour=committed_at.hour + 1, minute=0),
        **values,
    }


def rows_of(frame: DataFrame) -> list[tuple[Any, ...]]:
    """All rows, sorted, nulls first."""
    rows = (tuple(row) for row in frame.collect())
    return sorted(rows, key=lambda row: [(value is not None, value) for value in row])
