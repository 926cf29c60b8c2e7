"""The flights pipeline's gold: what was known at an as-of hour, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession

from headgate.spec.hour_range import HourRange
from tests.unit.flights_tables import Row, flight, january, rows_of, table, transform


def utc(day: int, hour: int) -> datetime:
    return january(day, hour).replace(tzinfo=UTC)


def derived(
    spark: SparkSession, name: str, rows: list[Row], start: datetime | None, end: datetime
) -> DataFrame:
    return transform("gold", name)({"flights": table(spark, "silver.flights", rows)}, HourRange(start, end))


DUE = january(10, 8, 10)
MORNING = [
    flight("A", DUE, january(10, 8, 30), "departed", dep_delay=20, departed_at=january(10, 8, 30)),
    flight(
        "A", DUE, january(10, 10, 5), "arrived", dep_delay=20, departed_at=january(10, 8, 30), arr_delay=31
    ),
    flight(
        "B", DUE, january(10, 8, 10), "departed", dep_delay=0, departed_at=DUE, origin="LGA", tailnum="N2"
    ),
    flight("C", january(10, 9, 5), january(10, 9, 5), "cancelled", tailnum=None),
    flight("C", january(10, 9, 5), january(13, 9, 5), None, _op="D"),
    flight("D", january(11, 9, 5), january(10, 9, 5), "scheduled"),
]


def test_recent_delays_count_each_flight_once_for_four_hours(spark: SparkSession) -> None:
    expected = [
        ("JFK", january(10, 9), 1, 20.0, 1.0),
        ("JFK", january(10, 10), 2, 20.0, 1.0),
        ("JFK", january(10, 11), 2, 20.0, 1.0),
        ("JFK", january(10, 12), 2, 20.0, 1.0),
        ("JFK", january(10, 13), 1, None, 1.0),
        ("LGA", january(10, 9), 1, 0.0, 0.0),
        ("LGA", january(10, 10), 1, 0.0, 0.0),
        ("LGA", january(10, 11), 1, 0.0, 0.0),
        ("LGA", january(10, 12), 1, 0.0, 0.0),
    ]
    columns = ["origin", "as_of", "origin_flights", "origin_delay", "origin_late_share"]
    whole = derived(spark, "origin_delays", MORNING, None, utc(10, 14))
    assert rows_of(whole.select(*columns)) == expected
    one = derived(spark, "origin_delays", MORNING, utc(10, 9), utc(10, 10))
    assert rows_of(one.select(*columns)) == [row for row in expected if row[1] == january(10, 10)]


def test_a_late_notice_counts_from_when_it_was_known(spark: SparkSession) -> None:
    known_late = [{**MORNING[0], "_known_at": january(10, 11)}]
    rows = derived(spark, "carrier_delays", known_late, None, utc(10, 20)).select(
        "carrier", "as_of", "carrier_flights"
    )
    assert rows_of(rows) == [("AA", january(10, 11), 1), ("AA", january(10, 12), 1)]


def test_an_aircraft_has_the_delay_of_its_latest_departure(spark: SparkSession) -> None:
    later = flight(
        "E", january(10, 9), january(10, 9, 50), "departed", dep_delay=50, departed_at=january(10, 9, 50)
    )
    rows = [*MORNING, later]
    expected = [
        ("N1", january(10, 9), 20),
        ("N1", january(10, 10), 50),
        ("N1", january(10, 11), 50),
        ("N2", january(10, 9), 0),
    ]
    assert rows_of(derived(spark, "aircraft_delays", rows, None, utc(11, 0))) == expected
    assert rows_of(derived(spark, "aircraft_delays", MORNING, utc(10, 10), utc(11, 0))) == [
        ("N1", january(10, 11), 31)
    ]


PLAN = {"local_hour": 7, "sched_arr_time": 915}


def test_examples_are_the_flights_still_on_the_schedule(spark: SparkSession) -> None:
    due = january(10, 12, 40)
    rows = [
        flight("A", due, january(9, 12, 40), "scheduled", **PLAN),
        flight("A", due, january(10, 12, 41), "departed", **PLAN, dep_delay=1),
        flight("moved to another aircraft", due, january(9, 12, 40), "scheduled", **PLAN),
        flight("moved to another aircraft", due, january(10, 9, 59), "scheduled", **PLAN, tailnum=None),
        flight("moved too late", due, january(9, 12, 40), "scheduled", **PLAN),
        flight("moved too late", due, january(10, 10, 0), "scheduled", **PLAN, tailnum="N9"),
        flight("cancelled early", due, january(9, 12, 40), "scheduled", **PLAN),
        flight("cancelled early", due, january(10, 7, 0), "cancelled", **PLAN),
        flight("deleted", due, january(9, 12, 40), "scheduled", **PLAN),
        {
            "flight_id": "deleted",
            "_op": "D",
            "_committed_at": january(10, 7),
            "_known_at": january(10, 8),
        },
        flight("known too late", due, january(10, 10, 0), "scheduled", **PLAN),
        flight("an hour later", january(10, 13, 0), january(9, 13, 0), "scheduled", **PLAN),
    ]
    columns = ["flight_id", "as_of", "tailnum", "distance", "local_hour", "weekday", "arrival_hour"]
    expected = [
        ("A", january(10, 10), "N1", 187, 7, 3, 9),
        ("moved to another aircraft", january(10, 10), None, 187, 7, 3, 9),
        ("moved too late", january(10, 10), "N1", 187, 7, 3, 9),
    ]
    assert rows_of(derived(spark, "examples", rows, utc(10, 9), utc(10, 10)).select(*columns)) == expected
    whole = derived(spark, "examples", rows, None, utc(10, 10)).select(*columns)
    assert rows_of(whole) == expected


def test_labels_are_known_at_arrival_or_cancellation_and_never_for_diversions(spark: SparkSession) -> None:
    rows = [
        flight("late", DUE, january(10, 10, 5), "arrived", arr_delay=16),
        flight("not late", DUE, january(10, 10, 5), "arrived", arr_delay=15),
        flight("early", DUE, january(10, 10, 59), "arrived", arr_delay=-20),
        flight("cancelled", DUE, january(10, 10, 0), "cancelled"),
        flight("cancelled", DUE, january(10, 10, 30), None, _op="D"),
        flight("diverted", DUE, january(10, 10, 30), "diverted"),
        flight("in the air", DUE, january(10, 10, 30), "departed", dep_delay=90),
        flight("an hour before", DUE, january(10, 9, 59), "arrived", arr_delay=99),
        flight("an hour after", DUE, january(10, 11, 0), "arrived", arr_delay=99),
    ]
    at = january(10, 11)
    assert rows_of(derived(spark, "labels", rows, utc(10, 10), utc(10, 11))) == [
        ("cancelled", 1, at),
        ("early", 0, at),
        ("late", 1, at),
        ("not late", 0, at),
    ]
