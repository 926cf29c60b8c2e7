"""Append rows to a Delta table, once."""

from __future__ import annotations

from pyspark.sql import DataFrame

from headgate.lake.transaction import Transaction


def append(rows: DataFrame, path: str, transaction: Transaction) -> None:
    """Append `rows` to the table at `path`; a repeat of the same transaction changes nothing."""
    rows.write.format("delta").mode("append").options(**transaction.options).save(path)
