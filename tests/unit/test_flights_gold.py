"""The flights pipeline's gold: what was known at an as-of hour, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
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
    flight("A", DUE, january(9, 8, 10), "scheduled"),
    flight("A", DUE, january(10, 8, 40), "departed", dep_delay=30),
    flight("A", DUE, january(10, 10, 5), "arrived", dep_delay=30, arr_delay=31),
    flight("B", january(10, 8, 20), january(9, 8, 20), "scheduled"),
    flight("B", january(10, 8, 20), january(10, 10, 30), "departed", dep_delay=130),
    flight("C", january(10, 9, 5), january(9, 9, 5), "scheduled"),
    flight("C", january(10, 9, 5), january(10, 9, 5), "cancelled", tailnum=None),
    flight("C", january(10, 9, 5), january(13, 9, 5), None, _op="D"),
    flight("D", january(10, 8, 50), january(9, 8, 50), "scheduled", origin="LGA", dest="ORD"),
    flight("D", january(10, 8, 50), january(10, 7, 58), "departed", dep_delay=-52, origin="LGA", dest="ORD"),
    flight("E", january(11, 9, 5), january(10, 9, 5), "scheduled"),
]
EVER_SINCE = {
    "JFK": [
        (january(10, 9), 2, 35.0, 1.0),  # A left 30 minutes late, B has been waiting for 40
        (january(10, 10), 3, 65.0, 1.0),  # C is cancelled: late, but by no number of minutes
        (january(10, 11), 3, 80.0, 1.0),
        (january(10, 12), 3, 80.0, 1.0),
        (january(10, 13), 1, None, 1.0),
    ],
    "LGA": [(january(10, hour), 1, -52.0, 0.0) for hour in (9, 10, 11, 12)],
}


@pytest.mark.parametrize(
    ("name", "prefix", "group", "keys"),
    [
        ("origin_delays", "origin", ["origin"], {"JFK": ("JFK",), "LGA": ("LGA",)}),
        (
            "carrier_delays",
            "carrier",
            ["carrier", "origin"],
            {"JFK": ("AA", "JFK"), "LGA": ("AA", "LGA")},
        ),
        ("destination_delays", "destination", ["dest"], {"JFK": ("BOS",), "LGA": ("ORD",)}),
    ],
)
def test_flights_due_in_the_last_four_hours_with_their_delay_so_far(
    spark: SparkSession, name: str, prefix: str, group: list[str], keys: dict[str, tuple[str, ...]]
) -> None:
    expected = sorted((*keys[origin], *row) for origin, rows in EVER_SINCE.items() for row in rows)
    columns = [*group, "as_of", f"{prefix}_flights", f"{prefix}_delay", f"{prefix}_late_share"]
    whole = derived(spark, name, MORNING, None, utc(10, 14))
    assert rows_of(whole.select(*columns)) == expected
    one = derived(spark, name, MORNING, utc(10, 9), utc(10, 10))
    at = len(group)
    assert rows_of(one.select(*columns)) == [row for row in expected if row[at] == january(10, 10)]


def test_a_late_notice_counts_from_when_it_was_known(spark: SparkSession) -> None:
    known_late = [MORNING[0], {**MORNING[1], "_known_at": january(10, 11)}]
    rows = derived(spark, "carrier_delays", known_late, None, utc(10, 20)).select("as_of", "carrier_delay")
    assert rows_of(rows) == [
        (january(10, 9), 50.0),
        (january(10, 10), 110.0),
        (january(10, 11), 30.0),
        (january(10, 12), 30.0),
    ]


def outcome(day: int, hour: int, status: str, **values: Any) -> Row:
    due = january(day, hour)
    return flight(f"{values.get('flight', 1)} of {day}", due, due, status, **values)


def test_a_flight_number_has_a_history_once_a_day(spark: SparkSession) -> None:
    rows = [
        outcome(3, 7, "arrived", arr_delay=16),  # known at 08:00: in that day's history
        outcome(4, 8, "cancelled"),  # known at 09:00: in the next day's
        flight("1 of 4", january(4, 8), january(7, 8), None, _op="D"),
        outcome(4, 9, "arrived", arr_delay=15, flight=2),
        outcome(4, 9, "diverted", flight=2, _sequence="9"),
        outcome(5, 7, "arrived", arr_delay=0, flight=3, origin="LGA"),
    ]
    columns = ["flight", "as_of", "history_flights", "history_late_share"]
    found = derived(spark, "flight_history", rows, None, utc(5, 23)).select(*columns)
    mean = 2 / 4
    assert rows_of(found) == [
        (1, january(3, 8), 1, 0.0),
        (1, january(4, 8), 1, 0.0),
        (1, january(5, 8), 2, pytest.approx((2 + 5 * mean) / 7 - mean)),
        (2, january(5, 8), 1, pytest.approx(5 * mean / 6 - mean)),
        (3, january(5, 8), 1, pytest.approx(5 * mean / 6 - mean)),
    ]
    month_later = derived(spark, "flight_history", rows, utc(31, 7), utc(31, 8)).select(*columns)
    assert rows_of(month_later) == [
        (1, january(31, 8), 1, pytest.approx((1 + 5 / 3) / 6 - 1 / 3)),
        (2, january(31, 8), 1, pytest.approx((5 / 3) / 6 - 1 / 3)),
        (3, january(31, 8), 1, pytest.approx((5 / 3) / 6 - 1 / 3)),
    ]
    between = derived(spark, "flight_history", rows, utc(5, 8), utc(6, 7))
    assert rows_of(between) == []


LEG = january(10, 8, 0)
FLOWN = {"distance": 375}


@pytest.mark.parametrize(
    ("legs", "expected"),
    [
        pytest.param([], (None, None, None), id="no leg before"),
        pytest.param([flight("L", LEG, january(9, 8), "scheduled", **FLOWN)], (120, 270, -20.0), id="waits"),
        pytest.param(
            [flight("L", LEG, january(10, 8, 5), "departed", dep_delay=5, **FLOWN)], (5, 270, 95.0), id="left"
        ),
        pytest.param(
            [flight("L", LEG, january(10, 9, 59), "arrived", dep_delay=5, arr_delay=-12, **FLOWN)],
            (-12, 270, 112.0),
            id="landed",
        ),
        pytest.param(
            [
                flight("L", LEG, january(9, 8), "scheduled", **FLOWN),
                flight("L", LEG, january(10, 10), "departed", dep_delay=125, **FLOWN),
            ],
            (120, 270, -20.0),
            id="left too late to know",
        ),
        pytest.param(
            [
                flight("L", LEG, january(10, 8), "departed", dep_delay=0, **FLOWN),
                flight("M", january(10, 9), january(9, 9), "scheduled", **FLOWN),
                flight("M", january(10, 9), january(10, 9), "cancelled", **FLOWN),
            ],
            (0, 270, 100.0),
            id="a cancelled leg is none",
        ),
        pytest.param(
            [
                flight("L", LEG, january(9, 8), "scheduled", **FLOWN),
                flight("L", LEG, january(9, 9), "scheduled", **FLOWN, tailnum="N2"),
            ],
            (None, None, None),
            id="another aircraft has taken the leg",
        ),
        pytest.param(
            [flight("L", january(10, 12, 29), january(9, 13), "scheduled", **FLOWN)],
            (0, 1, -169.0),
            id="not due yet",
        ),
        pytest.param(
            [flight("L", january(9, 12, 29), january(9, 13), "arrived", dep_delay=0, arr_delay=0, **FLOWN)],
            (None, None, None),
            id="more than a day before",
        ),
    ],
)
def test_the_leg_before_of_the_same_aircraft(
    spark: SparkSession, legs: list[Row], expected: tuple[float | None, ...]
) -> None:
    due = january(10, 12, 30)
    rows = [flight("A", due, january(9, 12, 30), "scheduled", **PLAN)]
    rows += [{**PLAN, **leg} for leg in legs]
    found = derived(spark, "examples", rows, utc(10, 9), utc(10, 10)).where("flight_id = 'A'")
    columns = ["aircraft_delay", "aircraft_turnaround", "aircraft_slack"]
    assert rows_of(found.select(*columns)) == [expected]


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
    columns = ["flight_id", "as_of", "tailnum", "local_hour", "weekday", "arrival_hour", "hour_flights"]
    expected = [
        ("A", january(10, 10), "N1", 7, 3, 9, 3),
        ("moved to another aircraft", january(10, 10), None, 7, 3, 9, 3),
        ("moved too late", january(10, 10), "N1", 7, 3, 9, 3),
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
