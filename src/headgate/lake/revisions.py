"""Revisions of a change: of those that have the same place in a source's files, the highest counts."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

CHANGE = "coalesce(if(startswith(_sequence, '0|'), _sequence, NULL), concat_ws(':', _file, _row))"
"""SQL: what the revisions of a change have in common, its file and line. A line of a full load that was
delivered again is another row; there it is the sequence, which holds the time of the load."""


def change() -> Column:
    """`CHANGE` as a Column."""
    return F.expr(CHANGE)


def latest_revisions(changes: DataFrame, of: DataFrame) -> DataFrame:
    """Those of `changes` that have no higher revision among the changes `of`, marked ones included.

    Both have the carried columns. Only changes that came more than once have a revision above 0.
    """
    again = of.where("_revision > 0").groupBy(change().alias("_change"))
    highest = again.agg(F.max("_revision").alias("_highest"))
    joined = changes.withColumn("_change", change()).join(highest, on="_change", how="left")
    return joined.where("_highest IS NULL OR _revision >= _highest").drop("_change", "_highest")


def without_revisions(rows: DataFrame, revisions: Iterable[tuple[str, int]]) -> DataFrame:
    """Leave out the rows of these revisions of files, by path, which a later one took the place of."""
    for path, revision in sorted(revisions):
        rows = rows.where(~((F.col("_file") == path) & (F.col("_revision") == revision)))
    return rows
