"""What changed among the rows to learn from, between what a model was learned from and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.lake.gone import ReadError, gone
from headgate.lake.read import read_at, read_changes
from headgate.learning.labelled_rows import is_labelled
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples

KINDS = ("inserted", "updated", "deleted")


@dataclass(frozen=True)
class LearnedFrom:
    """Which rows are learned from: the version of the examples, the as-of hours, the frontier for labels."""

    version: int
    training: HourRange
    frontier: datetime


@dataclass(frozen=True)
class NetChanges:
    """Per day of as-of hours (its number since 1970-01-01) with a change: rows inserted, updated, deleted."""

    by_day: dict[int, dict[str, int]]

    @property
    def days(self) -> list[int]:
        """The days on which anything changed."""
        return sorted(self.by_day)

    @property
    def rows(self) -> dict[str, int]:
        """The sums over all days."""
        return {kind: sum(counts[kind] for counts in self.by_day.values()) for kind in KINDS}


class NoChangeFeed(Exception):
    """The changes between the two versions can no longer be read."""


def day_number(as_of: str) -> Column:
    """The day of an as-of time in UTC, as its number since 1970-01-01."""
    return F.floor(F.unix_seconds(F.col(as_of)) / 86_400).cast("int")


def net_changes(
    spark: SparkSession,
    path: str,
    examples: Examples,
    columns: Sequence[str],
    before: LearnedFrom,
    now: LearnedFrom,
) -> NetChanges:
    """Compare the rows learned from `before` with those of `now`, by key and by the values of `columns`.

    Rows that changed in the table come from its change feed, collapsed to each key's first image before and
    last image after. Of the others those count that crossed an end of the training window, or whose label
    only one of both frontiers knows. Raises NoChangeFeed.
    """
    key = examples.grain
    wanted = list(dict.fromkeys([*key, *columns, examples.label, examples.label_known_at]))
    try:
        rows = read_at(spark, path, now.version).select(*wanted)
        images = _images(read_changes(spark, path, before.version, now.version), key, wanted)
        return _compared(rows, images, examples, list(columns), before, now)
    except ReadError as error:
        condition = gone(error)
        if condition is None:
            raise
        raise NoChangeFeed(condition) from error


def _images(feed: DataFrame, key: Sequence[str], wanted: Sequence[str]) -> DataFrame:
    """Per changed key its row `before` the first change and `after` the last; null where there was none."""
    version, row = F.col("_commit_version"), F.struct(*wanted)
    old = F.when(F.col("_change_type").isin("update_preimage", "delete"), version)
    new = F.when(F.col("_change_type").isin("update_postimage", "insert"), version)
    collapsed = feed.groupBy(*key).agg(
        F.min(version).alias("first"),
        F.max(version).alias("last"),
        F.min(old).alias("first_old"),
        F.max(new).alias("last_new"),
        F.min_by(row, old).alias("old"),
        F.max_by(row, new).alias("new"),
    )
    return collapsed.select(
        *key,
        F.when(F.col("first_old") == F.col("first"), F.col("old")).alias("before"),
        F.when(F.col("last_new") == F.col("last"), F.col("new")).alias("after"),
    )


def _compared(
    rows: DataFrame,
    images: DataFrame,
    examples: Examples,
    columns: list[str],
    before: LearnedFrom,
    now: LearnedFrom,
) -> NetChanges:
    key = examples.grain
    was, is_now = (
        F.coalesce(is_labelled(examples, known.training, known.frontier), F.lit(False))
        for known in (before, now)
    )
    images = images.cache()
    try:
        others = rows.join(images.select(*key), key, "left_anti")
        sides = [
            _side(others.where(was & ~is_now), key, columns, "before"),
            _side(others.where(is_now & ~was), key, columns, "after"),
            _side(images.select("before.*").where(was), key, columns, "before"),
            _side(images.select("after.*").where(is_now), key, columns, "after"),
        ]
        both = sides[0]
        for side in sides[1:]:
            both = both.unionByName(side, allowMissingColumns=True)
        pairs = both.groupBy(*key).agg(F.max("before").alias("before"), F.max("after").alias("after"))
        old, new = F.col("before"), F.col("after")
        counts = {
            "inserted": old.isNull(),
            "updated": old.isNotNull() & new.isNotNull(),
            "deleted": new.isNull(),
        }
        found = (
            pairs.where(~old.eqNullSafe(new))
            .groupBy(day_number(examples.as_of).alias("day"))
            .agg(*(F.count(F.when(counts[kind], F.lit(1))).alias(kind) for kind in KINDS))
            .collect()
        )
    finally:
        images.unpersist()
    return NetChanges({int(row["day"]): {kind: int(row[kind]) for kind in KINDS} for row in found})


def _side(rows: DataFrame, key: Sequence[str], columns: Sequence[str], name: str) -> DataFrame:
    other = "after" if name == "before" else "before"
    values = F.struct(*columns)
    return rows.select(*key, values.alias(name), F.when(F.lit(False), values).alias(other))
