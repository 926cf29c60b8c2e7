"""Rows by hour: what volume and share rules are judged on, since a wide range would dilute a bad hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.gates.diverted import DIVERTED
from headgate.spec.hour_range import HOUR, HourRange


@dataclass(frozen=True)
class HourCount:
    """Staged and quarantined rows of one hour, named by its end (`_known_at`, or the as-of of gold).

    `diverted` of the quarantined rows were put apart by somebody's decision. `again` are those that
    re-entered from the quarantine and are quarantined again, or dismissed: they are none of `quarantined`,
    the hour's own rows are no worse for them.
    """

    hour_end: datetime
    rows: int
    quarantined: int = 0
    diverted: int = 0
    again: int = 0

    @property
    def label(self) -> str:
        """The hour by its start, as everywhere in Headgate: 2013-01-29T07."""
        return (self.hour_end - HOUR).strftime("%Y-%m-%dT%H")


def count_hours(df: DataFrame, window: HourRange, hour_end: str = "_known_at") -> list[HourCount]:
    """One HourCount per hour of the range, in order, hours without rows included.

    `hour_end` names the timestamp column with the end of a row's hour. A range without start begins at the
    first hour that has rows. One Spark job. Rows without an hour, or outside the range, are counted where
    they say they are.
    """
    marks = "_failed_rules" in df.columns
    marked = F.size("_failed_rules") > 0 if marks else F.lit(False)
    decided = F.expr(DIVERTED) if marks else F.lit(False)
    re_entered = F.col("_request").isNotNull() if "_request" in df.columns else F.lit(False)
    counted = (
        df.groupBy(F.unix_seconds(hour_end).alias("hour_end"))
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.count_if(marked & ~re_entered).alias("quarantined"),
            F.count_if(decided & ~re_entered).alias("diverted"),
            F.count_if(marked & re_entered).alias("again"),
        )
        .filter("hour_end IS NOT NULL")
        .collect()
    )
    found = {
        datetime.fromtimestamp(row[0], UTC): HourCount(datetime.fromtimestamp(row[0], UTC), *row[1:])
        for row in counted
    }
    first = window.start + HOUR if window.start is not None else min(found, default=window.end)
    hours, moment = dict(found), first
    while moment <= window.end:
        hours.setdefault(moment, HourCount(moment, 0))
        moment += HOUR
    return [hours[moment] for moment in sorted(hours)]
