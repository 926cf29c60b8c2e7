"""Small tables of the flights pipeline, and its transforms as the spec names them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from headgate.features.as_of_join import as_of_join
from headgate.lake.columns import CARRIED_TYPES
from headgate.spec.hour_range import HourRange
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform

Row = dict[str, Any]
Change = Callable[[DataFrame], DataFrame]
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
        "flight": 1,
        "origin": "JFK",
        "dest": "BOS",
        "tailnum": "N1",
        "distance": 187,
        "sched_arr_time": 915,
        "local_date": scheduled_at.date(),
        "local_hour": scheduled_at.hour - 5,
        "_committed_at": committed_at,
        "_sequence": f"1|{committed_at:%dT%H:%M}|flights|{minutes:04d}",
        "_known_at": committed_at.replace(minute=0) + timedelta(hours=1),
        **values,
    }


def gold_table(inputs: Mapping[str, DataFrame], name: str, window: HourRange) -> DataFrame:
    """A gold table of the spec over whole change logs, or the examples before anything is joined to them."""
    spec = LOADED.spec.examples if name == "examples" else LOADED.spec.gold[name]
    assert spec is not None
    return transform("gold", spec.transform)({source: inputs[source] for source in spec.inputs}, window)


def features(
    inputs: Mapping[str, DataFrame], window: HourRange, opened: Mapping[str, Change] | None = None
) -> DataFrame:
    """The examples with all features that the spec joins to them, without labels.

    `opened` changes what a table is made of, by the table's name: a gold table's flights, or the weather.
    """
    opened = opened or {}

    def read(name: str) -> DataFrame:
        change = opened.get(name, lambda frame: frame)
        if name in inputs:
            return change(inputs[name])
        return gold_table({**inputs, "flights": change(inputs["flights"])}, name, window)

    assert LOADED.spec.examples is not None
    rows = read("examples")
    for source in LOADED.spec.examples.features:
        rows = as_of_join(
            rows,
            read(source.table),
            on=source.on,
            as_of="as_of",
            known_at="_known_at" if source.table in inputs else "as_of",
            max_age=source.max_age,
            event_time=source.event_time,
            columns=source.columns,
        )
    return rows


def rows_of(frame: DataFrame) -> list[tuple[Any, ...]]:
    """All rows, sorted, nulls first."""
    rows = (tuple(row) for row in frame.collect())
    return sorted(rows, key=lambda row: [(value is not None, value) for value in row])
