"""What foretells a flight's delay, two hours before it is due to leave.

Everything here is as known at the as-of hour: a change counts from its `_known_at` on, and of a flight that
has not left only its schedule is read.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange

LATE_AFTER_MINUTES = 15
LEAD_HOURS = 2
RECENT_HOURS = 4
AIRCRAFT_HOURS = 24

LEFT = ("departed", "arrived", "diverted")
HOUR = F.expr("INTERVAL 1 HOUR")


def origin_delays(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row an airport and as-of hour: what is known of the flights due or gone there in the last hours."""
    return _recent_delays(inputs["flights"], window, "origin")


def carrier_delays(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a carrier and as-of hour: what is known of its flights due or gone in the last hours."""
    return _recent_delays(inputs["flights"], window, "carrier")


def aircraft_delays(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row an aircraft and hour with news of it: the delay of its latest known departure.

    The delay on arrival where that is known, else on departure, in minutes.
    """
    known = inputs["flights"].where(F.col("tailnum").isNotNull() & F.col("departed_at").isNotNull())
    delay = F.coalesce("arr_delay", "dep_delay").alias("delay")
    news = known.groupBy("tailnum", F.col("_known_at").alias("as_of")).agg(
        F.max(F.struct("departed_at", *_latest_change(), delay)).alias("latest")
    )
    hour = F.unix_seconds("as_of").alias("hour")
    seen = Window.partitionBy("tailnum").orderBy("hour").rangeBetween(1 - AIRCRAFT_HOURS * 3600, 0)
    latest = news.withColumn("hour", hour).withColumn("latest", F.max("latest").over(seen))
    return latest.where(_within(F.col("as_of"), window)).select(
        "tailnum", "as_of", F.col("latest.delay").alias("aircraft_delay")
    )


def examples(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a flight still on the schedule at its as-of hour: two hours before its scheduled hour."""
    due = F.max("scheduled_at").over(Window.partitionBy("flight_id"))  # part of the key; a D may lack it
    as_of = F.timestamp_add("HOUR", F.lit(-LEAD_HOURS), F.date_trunc("hour", due))
    changes = inputs["flights"].withColumn("as_of", as_of)
    plan = ["carrier", "origin", "dest", "tailnum", "distance", "local_date", "local_hour", "sched_arr_time"]
    latest = (
        changes.where(_within(F.col("as_of"), window) & (F.col("_known_at") <= F.col("as_of")))
        .groupBy("flight_id", "as_of")
        .agg(F.max_by(F.struct("_op", "status", *plan), F.struct(*_latest_change())).alias("plan"))
        .select("flight_id", "as_of", "plan.*")
    )
    return latest.where((F.col("_op") != "D") & (F.col("status") == "scheduled")).select(
        "flight_id",
        "as_of",
        "carrier",
        "origin",
        "dest",
        "tailnum",
        "distance",
        "local_hour",
        F.weekday("local_date").alias("weekday"),
        F.floor(F.col("sched_arr_time") / 100).cast("int").alias("arrival_hour"),
    )


def labels(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a flight whose outcome became known in the range.

    Late is: more than 15 minutes late on arrival, or cancelled. A diverted flight has no arrival delay and so
    never a label.
    """
    landed = (F.col("status") == "arrived") & F.col("arr_delay").isNotNull()
    cancelled = F.col("status") == "cancelled"
    outcomes = inputs["flights"].where((F.col("_op") != "D") & (landed | cancelled))
    late = (cancelled | (F.col("arr_delay") > LATE_AFTER_MINUTES)).cast("int")
    return (
        outcomes.where(_within(F.col("_known_at"), window))
        .groupBy("flight_id")
        .agg(
            F.max_by(F.struct(late.alias("late"), "_known_at"), F.struct(*_latest_change())).alias("outcome")
        )
        .select(
            "flight_id",
            F.col("outcome.late").alias("late"),
            F.col("outcome._known_at").alias("label_known_at"),
        )
    )


def _recent_delays(changes: DataFrame, window: HourRange, group: str) -> DataFrame:
    """Flights that left, or were due and were cancelled, in the last RECENT_HOURS before each as-of hour."""
    cancelled = F.col("status") == "cancelled"
    happened_at = F.when(cancelled, F.col("scheduled_at")).when(
        F.col("status").isin(*LEFT), F.col("departed_at")
    )
    last = F.timestamp_add("HOUR", F.lit(RECENT_HOURS), F.date_trunc("hour", happened_at))
    flown = changes.where((F.col("_op") != "D") & (F.col("_known_at") <= last))
    seen = (
        flown.withColumn("as_of", F.explode(F.sequence(F.col("_known_at"), last, HOUR)))
        .where(_within(F.col("as_of"), window))
        .groupBy(group, "as_of", "flight_id")
        .agg(F.max_by(F.struct("dep_delay", "status"), F.struct(*_latest_change())).alias("flight"))
    )
    delay = F.col("flight.dep_delay")
    late = F.coalesce(delay > LATE_AFTER_MINUTES, F.lit(True)).cast("int")
    return seen.groupBy(group, "as_of").agg(
        F.count(F.lit(1)).cast("int").alias(f"{group}_flights"),
        F.avg(delay).alias(f"{group}_delay"),
        F.avg(late).alias(f"{group}_late_share"),
    )


def _latest_change() -> tuple[Column, ...]:
    """What a later change of the same flight is greater in; a full load counts from when it was taken."""
    return F.col("_committed_at"), F.col("_sequence"), F.col("_revision")


def _within(hour: Column, window: HourRange) -> Column:
    """Whether an hour lies in the range, (start, end]."""
    inside = hour <= F.lit(window.end)
    return inside if window.start is None else inside & (hour > F.lit(window.start))
