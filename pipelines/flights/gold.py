"""What foretells a flight's delay, two hours before it is due to leave.

Everything here is as known at the as-of hour: a change counts from its `_known_at` on, until a later change
of the same flight is known, and of a flight that has not left only its schedule is read.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange

LATE_AFTER_MINUTES = 15
LEAD_HOURS = 2
DUE_HOURS = 4
"""For how long after its scheduled hour a flight tells how things go at its airports and with its carrier."""

HISTORY_DAYS = 28
HISTORY_HOUR = 8
"""Histories are taken once a day, at 08:00 UTC, when New York's airports are at rest."""
HISTORY_WEIGHT = 5
"""How many flights of average luck are added to a flight number's own: one bad day makes no bad flight."""

LEG_BEFORE_HOURS = 24
GROUND_MINUTES = 35
MILES_A_MINUTE = 7.5
"""A leg takes about 35 minutes on the ground and a minute for every 7.5 miles."""

HOUR = F.expr("INTERVAL 1 HOUR")
DAY = F.expr("INTERVAL 1 DAY")
NEVER = F.expr("TIMESTAMP '9999-01-01 00:00:00+00:00'")


def origin_delays(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row an airport and as-of hour: how late the flights are that were due there in the last hours."""
    return _delays_of_the_due(inputs["flights"], window, "origin", ["origin"])


def carrier_delays(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a carrier, airport and as-of hour: how late its flights are that were due in the last hours."""
    return _delays_of_the_due(inputs["flights"], window, "carrier", ["carrier", "origin"])


def destination_delays(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a destination and as-of hour: how late its flights are that were due in the last hours."""
    return _delays_of_the_due(inputs["flights"], window, "destination", ["dest"])


def flight_history(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a flight number and day, at 08:00 UTC: how often it was late in the 28 days before.

    `history_late_share` is how far its share of late and cancelled flights, with HISTORY_WEIGHT flights of
    average luck added to its own, lies above that of all flights.
    """
    outcomes = _states(_outcomes(inputs["flights"])).where(F.lit(_has_history_hour(window)))
    first = _next_history_hour(F.col("_known_at"))
    last = F.least(
        F.timestamp_add("DAY", F.lit(HISTORY_DAYS - 1), first),
        F.timestamp_add("HOUR", F.lit(-1), F.col("_until")),
    )
    number = ["carrier", "flight", "origin"]
    counts = (
        outcomes.where(first <= last)
        .withColumn("as_of", F.explode(F.sequence(first, last, DAY)))
        .where(_within(F.col("as_of"), window))
        .groupBy(*number, "as_of")
        .agg(F.sum(F.lit(1)).alias("flights"), F.sum("late").alias("late"))
    )
    day = Window.partitionBy("as_of")
    average = F.sum("late").over(day) / F.sum("flights").over(day)
    own = (F.col("late") + HISTORY_WEIGHT * average) / (F.col("flights") + HISTORY_WEIGHT)
    return counts.select(
        *number,
        "as_of",
        F.col("flights").cast("int").alias("history_flights"),
        (own - average).alias("history_late_share"),
    )


def examples(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a flight still on the schedule at its as-of hour: two hours before its scheduled hour."""
    states = _states(inputs["flights"]).where(F.col("_op") != "D")
    as_of = F.timestamp_add("HOUR", F.lit(-LEAD_HOURS), F.date_trunc("hour", "scheduled_at"))
    due = states.where(F.col("status") == "scheduled").withColumn("as_of", as_of)
    spine = due.where(_within(F.col("as_of"), window) & _holds_at(F.col("as_of")))
    return spine.join(_legs_before(spine, states), on=["flight_id", "as_of"], how="left").select(
        "flight_id",
        "as_of",
        "carrier",
        "flight",
        "origin",
        "dest",
        "tailnum",
        "distance",
        "local_hour",
        F.weekday("local_date").alias("weekday"),
        F.floor(F.col("sched_arr_time") / 100).cast("int").alias("arrival_hour"),
        F.count(F.lit(1)).over(Window.partitionBy("origin", "as_of")).cast("int").alias("hour_flights"),
        "aircraft_delay",
        "aircraft_turnaround",
        "aircraft_slack",
    )


def labels(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """One row a flight whose outcome became known in the range.

    Late is: more than 15 minutes late on arrival, or cancelled. A diverted flight has no arrival delay and so
    never a label.
    """
    return (
        _outcomes(inputs["flights"])
        .where(_within(F.col("_known_at"), window))
        .groupBy("flight_id")
        .agg(F.max_by(F.struct("late", "_known_at"), F.struct(*_latest_change())).alias("outcome"))
        .select(
            "flight_id",
            F.col("outcome.late").alias("late"),
            F.col("outcome._known_at").alias("label_known_at"),
        )
    )


def _delays_of_the_due(changes: DataFrame, window: HourRange, name: str, group: list[str]) -> DataFrame:
    """Flights due in the last DUE_HOURS before each as-of hour, with their delay so far."""
    due = F.date_trunc("hour", "scheduled_at")
    first = F.greatest(F.timestamp_add("HOUR", F.lit(1), due), F.col("_known_at"))
    last = F.least(
        F.timestamp_add("HOUR", F.lit(DUE_HOURS), due),
        F.timestamp_add("HOUR", F.lit(-1), F.col("_until")),
    )
    seen = (
        _states(changes)
        .where((F.col("_op") != "D") & (first <= last))
        .withColumn("as_of", F.explode(F.sequence(first, last, HOUR)))
        .where(_within(F.col("as_of"), window))
    )
    waiting = F.when(F.col("status") == "scheduled", _minutes(F.col("scheduled_at"), F.col("as_of")))
    delay = F.coalesce("dep_delay", waiting)  # of a cancelled flight there is none
    late = F.coalesce(delay > LATE_AFTER_MINUTES, F.lit(True)).cast("int")
    return seen.groupBy(*group, "as_of").agg(
        F.count(F.lit(1)).cast("int").alias(f"{name}_flights"),
        F.avg(delay).alias(f"{name}_delay"),
        F.avg(late).alias(f"{name}_late_share"),
    )


def _legs_before(spine: DataFrame, states: DataFrame) -> DataFrame:
    """What each example's aircraft was to fly out of New York before, as known at the as-of.

    One row an example whose aircraft has such a leg in the 24 hours before it is due: the leg's delay so
    far, the minutes between both scheduled departures, and how many of them are left when the aircraft may
    be back.
    """
    asked = spine.select("flight_id", "as_of", "tailnum", F.col("scheduled_at").alias("due"))
    legs = states.where(F.col("status") != "cancelled").select(
        "tailnum",
        "scheduled_at",
        F.col("flight_id").alias("leg"),
        "dep_delay",
        "arr_delay",
        "distance",
        "_known_at",
        "_until",
    )
    earliest = F.timestamp_add("HOUR", F.lit(-LEG_BEFORE_HOURS), F.col("due"))
    before = (F.col("scheduled_at") < F.col("due")) & (F.col("scheduled_at") >= earliest)
    known = asked.join(legs, on="tailnum", how="inner").where(before & _holds_at(F.col("as_of")))
    last = F.max(F.struct("scheduled_at", "leg", "dep_delay", "arr_delay", "distance", "due"))
    waiting = F.greatest(F.lit(0), _minutes(F.col("leg.scheduled_at"), F.col("as_of")))
    delay = F.coalesce("leg.arr_delay", "leg.dep_delay", waiting)
    turnaround = _minutes(F.col("leg.scheduled_at"), F.col("leg.due"))
    away = 2 * (GROUND_MINUTES + F.col("leg.distance") / MILES_A_MINUTE)
    return (
        known.groupBy("flight_id", "as_of")
        .agg(last.alias("leg"))
        .select(
            "flight_id",
            "as_of",
            delay.alias("aircraft_delay"),
            turnaround.alias("aircraft_turnaround"),
            (turnaround - away - delay).alias("aircraft_slack"),
        )
    )


def _outcomes(changes: DataFrame) -> DataFrame:
    """The changes that tell an outcome, with `late` (1 or 0). A purge ends no outcome, so it is none."""
    landed = (F.col("status") == "arrived") & F.col("arr_delay").isNotNull()
    cancelled = F.col("status") == "cancelled"
    late = (cancelled | (F.col("arr_delay") > LATE_AFTER_MINUTES)).cast("int")
    return changes.where((F.col("_op") != "D") & (landed | cancelled)).withColumn("late", late)


def _states(changes: DataFrame) -> DataFrame:
    """The changes with `_until`, the hour from which a later change of the same flight is known.

    So at each hour at most one change of a flight holds, whatever became known afterwards.
    """
    later = (
        Window.partitionBy("flight_id").orderBy(*_latest_change()).rowsBetween(1, Window.unboundedFollowing)
    )
    return changes.withColumn("_until", F.coalesce(F.min("_known_at").over(later), NEVER))


def _holds_at(hour: Column) -> Column:
    return (F.col("_known_at") <= hour) & (hour < F.col("_until"))


def _latest_change() -> tuple[Column, ...]:
    """What a later change of the same flight is greater in; a full load counts from when it was taken."""
    return F.col("_committed_at"), F.col("_sequence"), F.col("_revision")


def _minutes(start: Column, end: Column) -> Column:
    return F.floor((F.unix_seconds(end) - F.unix_seconds(start)) / 60).cast("int")


def _next_history_hour(hour: Column) -> Column:
    """The first hour of history at or after an hour."""
    shifted = F.timestamp_add("HOUR", F.lit(23 - HISTORY_HOUR), hour)
    return F.timestamp_add("HOUR", F.lit(HISTORY_HOUR), F.date_trunc("day", shifted))


def _has_history_hour(window: HourRange) -> bool:
    """Whether the range holds an hour of history; most hours' runs need not look at four weeks."""
    if window.start is None:
        return True
    days = [(moment.timestamp() / 3600 - HISTORY_HOUR) // 24 for moment in (window.start, window.end)]
    return days[0] < days[1]


def _within(hour: Column, window: HourRange) -> Column:
    """Whether an hour lies in the range, (start, end]."""
    inside = hour <= F.lit(window.end)
    return inside if window.start is None else inside & (hour > F.lit(window.start))
