"""Replace the rows of a range of hours in a Delta table, once."""

from __future__ import annotations

from pyspark.sql import DataFrame

from headgate.lake.transaction import Transaction
from headgate.spec.hour_range import HourRange


def range_predicate(column: str, hours: HourRange) -> str:
    """SQL that is true for rows whose `column` lies in (start, end]."""
    upper = f"`{column}` <= TIMESTAMP '{hours.end:%Y-%m-%d %H:%M:%S}+00:00'"
    if hours.start is None:
        return upper
    return f"`{column}` > TIMESTAMP '{hours.start:%Y-%m-%d %H:%M:%S}+00:00' AND {upper}"


def replace_range(
    rows: DataFrame, path: str, column: str, hours: HourRange, transaction: Transaction
) -> None:
    """Put `rows` in the place of all rows of the table whose `column` lies in the range."""
    writer = rows.write.format("delta").mode("overwrite").options(**transaction.options)
    writer.option("replaceWhere", range_predicate(column, hours)).save(path)
