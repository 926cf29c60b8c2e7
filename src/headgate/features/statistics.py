"""Statistics of a staged table: one pass over its files, without an engine, a batch of rows in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.parquet import ParquetFile

from headgate.features.column_statistics import ColumnStatistics, merged
from headgate.features.measure_column import measure_column
from headgate.spec.contract import Contract
from headgate.spec.hour_range import HourRange

BATCH = 65_536
"""Rows that are in memory at a time."""

OPERATION, FAILED_RULES = "_op", "_failed_rules"


@dataclass(frozen=True)
class LateLabels:
    """Examples of earlier hours are staged once more when their label is known.

    Of rows whose `as_of` lies outside `hours` only `columns`, the label's, are news.
    """

    as_of: str
    hours: HourRange
    columns: tuple[str, ...]


def table_statistics(
    folder: Path, contract: Contract, table: str, late_labels: LateLabels | None = None
) -> list[ColumnStatistics]:
    """One record per column of the contract that the Parquet files in `folder` have, in its order.

    Quarantined rows and deletions are counted, their values are not. Moments are read as UTC.
    """
    parts: dict[str, list[ColumnStatistics]] = {}
    for batch in _batches(folder, contract, late_labels):
        for record in _measured(batch, contract, table, late_labels):
            parts.setdefault(record.column, []).append(record)
    records = [merged(batches) if len(batches) > 1 else batches[0] for batches in parts.values()]
    return [
        record if record.values is None else dataclasses.replace(record, values=record.values.kept())
        for record in records
    ]


def _batches(folder: Path, contract: Contract, late_labels: LateLabels | None) -> Iterator[pa.RecordBatch]:
    """All rows; where there are none, one empty batch, so that this is on record."""
    wanted = {*contract.columns, OPERATION, FAILED_RULES}
    if late_labels is not None:
        wanted.add(late_labels.as_of)
    empty: pa.RecordBatch | None = None
    any_rows = False
    for path in sorted(folder.glob("*.parquet")):
        with ParquetFile(path, coerce_int96_timestamp_unit="us") as file:
            schema = pa.schema([field for field in file.schema_arrow if field.name in wanted])
            empty = pa.RecordBatch.from_pylist([], schema=schema)
            for batch in file.iter_batches(batch_size=BATCH, columns=schema.names, use_threads=False):
                any_rows = any_rows or batch.num_rows > 0
                yield batch
    if empty is not None and not any_rows:
        yield empty


def _measured(
    batch: pa.RecordBatch, contract: Contract, table: str, late_labels: LateLabels | None
) -> Iterator[ColumnStatistics]:
    apart = _marked(batch)
    ended = pc.and_(_deleted(batch), pc.invert(apart))
    published = pc.invert(pc.or_(apart, ended))
    news = published if late_labels is None else pc.and_(published, _within(batch, late_labels))
    for name, column in contract.columns.items():
        if name in batch.schema.names:
            is_label = late_labels is not None and name in late_labels.columns
            yield measure_column(
                batch.column(name).filter(published if is_label else news),
                table=table,
                column=name,
                quarantined=_count(apart),
                deletions=_count(ended),
                personal=column.personal,
            )


def _marked(batch: pa.RecordBatch) -> pa.BooleanArray:
    """Rows that a `quarantine` rule keeps apart."""
    if FAILED_RULES not in batch.schema.names:
        return _none(batch)
    broken = pc.list_value_length(batch.column(FAILED_RULES))
    return pc.greater(pc.fill_null(broken, 0), 0)


def _deleted(batch: pa.RecordBatch) -> pa.BooleanArray:
    if OPERATION not in batch.schema.names:
        return _none(batch)
    return pc.fill_null(pc.equal(batch.column(OPERATION), "D"), False)


def _within(batch: pa.RecordBatch, late_labels: LateLabels) -> pa.BooleanArray:
    column = batch.column(late_labels.as_of)
    moments = (
        pc.cast(column, pa.timestamp("us", tz="UTC")) if column.type.tz else pc.assume_timezone(column, "UTC")
    )
    hours = late_labels.hours
    inside = pc.less_equal(moments, pa.scalar(hours.end, moments.type))
    if hours.start is not None:
        inside = pc.and_(inside, pc.greater(moments, pa.scalar(hours.start, moments.type)))
    return pc.fill_null(inside, False)


def _none(batch: pa.RecordBatch) -> pa.BooleanArray:
    return pa.array([False] * batch.num_rows, pa.bool_())


def _count(mask: pa.BooleanArray) -> int:
    return int(pc.sum(mask).as_py() or 0)
