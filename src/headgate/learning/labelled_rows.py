"""The examples of a range of cohorts whose label was known at the frontier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples


def labelled_rows(rows: DataFrame, examples: Examples, cohorts: HourRange, frontier: datetime) -> DataFrame:
    """Rows of `gold.examples` with as-of in `cohorts` and a label that was known at or before `frontier`."""
    as_of = F.col(examples.as_of)
    kept = rows.where(as_of <= _moment(cohorts.end)).where(F.col(examples.label).isNotNull())
    if cohorts.start is not None:
        kept = kept.where(as_of > _moment(cohorts.start))
    return kept.where(F.col(examples.label_known_at) <= _moment(frontier))


def key_of(examples: Examples) -> list[str]:
    """The columns that identify an example: the entity and the as-of hour."""
    return [*examples.entity, examples.as_of]


def in_key_order(rows: DataFrame, key: Sequence[str]) -> DataFrame:
    """The rows as one partition in the order of their unique key, however they lie in storage."""
    return rows.coalesce(1).sortWithinPartitions(*key)


def _moment(moment: datetime) -> Column:
    return F.expr(f"TIMESTAMP '{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}+00:00'")
