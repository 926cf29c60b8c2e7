"""Text to types for the two tables of the flights source, row by row.

Text that is no value of its type becomes null; the contract says which nulls are let through.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.lake.columns import CARRIED

MINUTES_PER_HOUR = 60.0
MINUTES_PER_DAY = 24 * 60
NEW_YORK = "America/New_York"


def flights(rows: DataFrame) -> DataFrame:
    """One row a change of a flight.

    Clock columns (`dep_time`, `sched_arr_time`, ...) are local HHMM numbers as in the source, 2400 included;
    delays and air time are minutes; moments are UTC. `..._clock` are what such a number must be.
    """
    scheduled_at = F.timestamp_add("MINUTE", _typed("minute", "int"), _typed("time_hour", "timestamp"))
    dep_delay, arr_delay = _typed("dep_delay", "int"), _typed("arr_delay", "int")
    air_time, distance = _typed("air_time", "int"), _typed("distance", "int")
    departed_at = F.timestamp_add("MINUTE", dep_delay, scheduled_at)
    sched_arr_time = _typed("sched_arr_time", "int")
    due = F.floor(sched_arr_time / 100) * 60 + sched_arr_time % 100
    return rows.select(
        *CARRIED,
        "flight_id",
        "status",
        "carrier",
        _typed("flight", "int").alias("flight"),
        "tailnum",
        "origin",
        "dest",
        distance.alias("distance"),
        scheduled_at.alias("scheduled_at"),
        F.expr("try_cast(concat_ws('-', year, lpad(month, 2, '0'), lpad(day, 2, '0')) AS date)").alias(
            "local_date"
        ),
        _typed("hour", "int").alias("local_hour"),
        _typed("sched_dep_time", "int").alias("sched_dep_time"),
        sched_arr_time.alias("sched_arr_time"),
        _typed("dep_time", "int").alias("dep_time"),
        dep_delay.alias("dep_delay"),
        departed_at.alias("departed_at"),
        _typed("arr_time", "int").alias("arr_time"),
        arr_delay.alias("arr_delay"),
        air_time.alias("air_time"),
        F.when(air_time > 0, distance / air_time * MINUTES_PER_HOUR).alias("ground_speed"),
        _clock(_minute_of_day(scheduled_at)).alias("scheduled_clock"),
        _clock(_minute_of_day(departed_at)).alias("departed_clock"),
        _clock(due + arr_delay).alias("arrived_clock"),
        (arr_delay - dep_delay).alias("time_lost"),
    )


def weather(rows: DataFrame) -> DataFrame:
    """A row a change of an hour's weather at an airport, in the source's units (Fahrenheit, mph, inches)."""
    measured = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
    return rows.select(
        *CARRIED,
        "origin",
        _typed("time_hour", "timestamp").alias("time_hour"),
        *(_typed(name, "double").alias(name) for name in measured),
    )


def _minute_of_day(moment: Column) -> Column:
    """Minutes since midnight on New York's clock."""
    local = F.from_utc_timestamp(moment, NEW_YORK)
    return F.hour(local) * 60 + F.minute(local)


def _clock(minutes: Column) -> Column:
    """Minutes since some midnight as HHMM of that day or another; midnight is 2400, as in the source."""
    minute = F.pmod(minutes, F.lit(MINUTES_PER_DAY))
    shown = F.floor(minute / 60) * 100 + minute % 60
    return F.when(shown == 0, F.lit(2400)).otherwise(shown).cast("int")


def _typed(name: str, kind: str) -> Column:
    return F.col(name).try_cast(kind)
