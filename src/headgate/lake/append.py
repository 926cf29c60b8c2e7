"""Append rows to a Delta table, once."""

from __future__ import annotations

from pyspark.sql import DataFrame

from headgate.lake.append_arrow import COMPACT_EVERY
from headgate.lake.history import current_version
from headgate.lake.transaction import Transaction


def append(rows: DataFrame, path: str, transaction: Transaction) -> None:
    """Append `rows` to the table at `path`; a repeat of the same transaction changes nothing."""
    rows.write.format("delta").mode("append").options(**transaction.options).save(path)


def append_record(rows: DataFrame, path: str, transaction: Transaction) -> None:
    """Append a few rows to a record that is read whole; a repeat of the same transaction changes nothing."""
    append(rows, path, transaction)
    if (current_version(path) or 0) % COMPACT_EVERY == 0:
        rows.sparkSession.sql(f"OPTIMIZE delta.`{path}`").collect()
