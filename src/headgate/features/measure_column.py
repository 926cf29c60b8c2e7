"""One column of one batch of rows, measured."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.features import distinct_values, distribution
from headgate.features.column_statistics import NUMBERS, ORDERED, ColumnStatistics, Ordered
from headgate.features.value_counts import ValueCounts

SPARK_TYPES = {
    pa.string(): "string",
    pa.bool_(): "boolean",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
    pa.timestamp("us", tz="UTC"): "timestamp",
}
"""Spark's names of the types that a contract may give a column."""


def measure_column(
    values: pa.Array, *, table: str, column: str, quarantined: int, deletions: int, personal: bool
) -> ColumnStatistics:
    """The record of `values`, one for each published row. `quarantined` and `deletions` are taken over."""
    kind = SPARK_TYPES[values.type]
    counted = values.drop_null()
    not_finite = 0
    if kind == "double":
        finite = counted.filter(pc.is_finite(counted))
        not_finite, counted = len(counted) - len(finite), finite
    found = pc.value_counts(_plain(counted, kind))
    sketch = distinct_values.sketch_of(found.field("values").to_pylist())
    shape: dict[str, Any] = {}
    if not personal:
        shape = {
            "distinct_sketch": sketch,
            **(_ordered(counted, kind) if kind in ORDERED else _listed(found)),
        }
    return ColumnStatistics(
        table=table,
        column=column,
        type=kind,
        personal=personal,
        rows=len(values),
        nulls=values.null_count,
        quarantined=quarantined,
        deletions=deletions,
        not_finite=not_finite,
        distinct=distinct_values.estimate(sketch, len(counted)),
        **shape,
    )


def _plain(values: pa.Array, kind: str) -> pa.Array:
    """Values as text or numbers, the way that they are hashed and listed."""
    if kind == "boolean":
        return values.cast(pa.string())
    if kind == "date":
        return values.cast(pa.int32())
    return values.cast(pa.int64()) if kind == "timestamp" else values


def _ordered(values: pa.Array, kind: str) -> dict[str, Any]:
    places = _plain(values, kind).cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    if kind == "timestamp":
        places = places / 1_000_000
    ends = pc.min_max(values)
    return {
        "minimum": _in_utc(ends["min"].as_py()),
        "maximum": _in_utc(ends["max"].as_py()),
        "sum": float(places.sum()) if kind in NUMBERS else None,
        "distribution": distribution.sketch_of(places),
    }


def _listed(found: pa.StructArray) -> dict[str, Any]:
    counts = dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))
    return {"values": ValueCounts(counts).kept()}


def _in_utc(value: Ordered | None) -> Ordered | date | None:
    """Spark writes moments without their zone, which is UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value
