"""Append rows to a Delta table, once."""

from __future__ import annotations

from pyspark.sql import DataFrame

from headgate.lake.transaction import Transaction


def append(rows: DataFrame, path: str, transaction: Transaction, *, new_columns: bool = False) -> None:
    """Append `rows` to the table at `path`; a repeat of the same transaction changes nothing.

    With `new_columns` the table gets, in the same commit, the columns that only `rows` have.
    """
    writer = rows.write.format("delta").mode("append").options(**transaction.options)
    writer.option("mergeSchema", new_columns).save(path)
