"""Nothing of a flight's future is in its features; each check also refuses features opened to leak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange
from tests.unit.flights_tables import (
    LOADED,
    Change,
    Row,
    features,
    flight,
    gold_table,
    january,
    rows_of,
    table,
    transform,
)

AS_OF = january(10, 10)
UNTIL_AS_OF = HourRange(None, AS_OF.replace(tzinfo=UTC))
EVER = HourRange(None, datetime(2013, 1, 20, tzinfo=UTC))
DUE = january(10, 12, 40)


def flown(
    flight_id: str, due: datetime, dep_delay: int, arr_delay: int | None, landed: datetime, **values: Any
) -> list[Row]:
    """A flight's changes from the schedule to its landing, diverted where it has no arrival delay."""
    delays = {"dep_delay": dep_delay, **values}
    return [
        flight(flight_id, due, due - timedelta(days=1), "scheduled", **values),
        flight(flight_id, due, due + timedelta(minutes=dep_delay), "departed", **delays),
        flight(
            flight_id,
            due,
            landed,
            "diverted" if arr_delay is None else "arrived",
            **delays,
            arr_delay=arr_delay,
        ),
    ]


def cancelled(flight_id: str, due: datetime, **values: Any) -> list[Row]:
    """A cancelled flight's changes: on the schedule, cancelled when it was due, purged 72 hours later."""
    return [
        flight(flight_id, due, due - timedelta(days=1), "scheduled", **values),
        flight(flight_id, due, due, "cancelled", **values),
        {
            name: value
            for name, value in flight(flight_id, due, due + timedelta(hours=72), None, _op="D").items()
            if name == "flight_id" or name.startswith("_")
        },
    ]


FLIGHTS: list[Row] = [
    *flown("yesterday", january(9, 12, 40), 0, -5, january(9, 14)),
    *flown("another number", january(9, 11, 0), 0, 0, january(9, 13), tailnum="N2", flight=2),
    *cancelled("the day before", january(8, 12, 40), tailnum=None),
    *flown("leg before", january(10, 7, 30), 45, 50, january(10, 10, 30)),
    *flown("waits", january(10, 9, 10), 95, 90, january(10, 12), tailnum="N3", flight=3),
    *flown("lands elsewhere", january(10, 8, 20), 5, None, january(10, 13), tailnum="N4", flight=4),
    *flown("same hour", january(10, 12, 5), 0, 0, january(10, 13), tailnum="N5", flight=5, carrier="B6"),
    *flown("later", january(10, 14, 5), 70, 60, january(10, 16), flight=6),
    *flown("subject", DUE, 30, 40, january(10, 14)),
    *cancelled("never leaves", january(10, 12, 50), tailnum="N7", flight=7),
]


def weather(hour: int, **values: float) -> Row:
    """The weather of an hour of 10 January, committed when the hour is over, known an hour after that."""
    start = january(10, hour)
    over = start + timedelta(hours=1)
    return {
        "origin": "JFK",
        "time_hour": start,
        "_op": "I",
        "_revision": 0,
        "_sequence": f"1|{over:%dT%H:%M}|weather",
        "_committed_at": over,
        "_known_at": over + timedelta(hours=1),
        "wind_speed": 5.0,
        "visib": 10.0,
        **values,
    }


SKY = [weather(hour, wind_speed=float(hour)) for hour in range(5, 15)]


def inputs(spark: SparkSession, flights: list[Row], sky: list[Row]) -> dict[str, DataFrame]:
    return {
        "flights": table(spark, "silver.flights", flights),
        "weather": table(spark, "silver.weather", sky),
    }


def known_from_the_first(changes: DataFrame) -> DataFrame:
    """Every change of a flight known as soon as its first one: what reading the live table would be."""
    first = F.min("_known_at").over(Window.partitionBy("flight_id"))
    return changes.withColumn("_known_at", first)


def legs_known_from_the_first(changes: DataFrame) -> DataFrame:
    """The same for the flights that were due before the as-of hour only, the legs before."""
    leg = F.col("scheduled_at") < F.lit(AS_OF)
    first = F.min("_known_at").over(Window.partitionBy("flight_id"))
    return changes.withColumn("_known_at", F.when(leg, first).otherwise(F.col("_known_at")))


def known_when_it_began(sky: DataFrame) -> DataFrame:
    """The weather of an hour known at the hour's start."""
    return sky.withColumn("_known_at", F.col("time_hour"))


OPENED: dict[str, tuple[str, Change]] = {
    "the end of the aircraft's leg before": ("examples", legs_known_from_the_first),
    "actual departures at the airport": ("origin_delays", known_from_the_first),
    "actual departures of the carrier": ("carrier_delays", known_from_the_first),
    "actual departures to the destination": ("destination_delays", known_from_the_first),
    "its own outcome in its number's history": ("flight_history", known_from_the_first),
    "the weather of the hour to come": ("weather", known_when_it_began),
}


def otherwise(row: Row, dep_delay: int | None, arr_delay: int | None) -> Row:
    """A change that turned out in another way: a cancellation where there is no delay."""
    if row.get("_op") == "D":
        return row
    if dep_delay is None:
        return {**row, "status": "cancelled", "dep_delay": None, "arr_delay": None}
    status = "departed" if arr_delay is None else "arrived"
    return {**row, "status": status, "dep_delay": dep_delay, "arr_delay": arr_delay}


def with_another_future(
    changes: list[tuple[int | None, int | None]], wind: float
) -> tuple[list[Row], list[Row]]:
    """The flights and the weather with everything that was not known at the as-of hour changed."""
    future = [row for row in FLIGHTS if row["_known_at"] > AS_OF]
    drawn = [otherwise(row, *changes[place % len(changes)]) for place, row in enumerate(future)]
    flights = [row for row in FLIGHTS if row["_known_at"] <= AS_OF] + drawn
    sky = [row if row["_known_at"] <= AS_OF else {**row, "wind_speed": wind} for row in SKY]
    return flights, sky


@pytest.fixture(scope="module")
def as_it_was(spark: SparkSession) -> list[tuple[Any, ...]]:
    """The features of this world with the future that it has."""
    return rows_of(features(inputs(spark, FLIGHTS, SKY), UNTIL_AS_OF))


def test_the_examples_of_this_world(spark: SparkSession) -> None:
    """What the other tests leave alone is there: a leg before, a history, flights that wait, the weather."""
    found = {row["flight_id"]: row for row in features(inputs(spark, FLIGHTS, SKY), UNTIL_AS_OF).collect()}
    subject = found["subject"]
    assert subject["as_of"] == AS_OF
    assert (subject["aircraft_delay"], subject["origin_late_share"], subject["wind_speed"]) == (
        45,
        2 / 3,
        8.0,
    )
    assert subject["history_late_share"] == pytest.approx((1 + 5 / 3) / 7 - 1 / 3)
    assert "never leaves" in found


FUTURES = st.tuples(st.none() | st.integers(-20, 300), st.none() | st.integers(-60, 300))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(FUTURES, min_size=1, max_size=20), wind=st.floats(0, 99), dropped=st.booleans())
def test_what_is_known_later_changes_no_feature(
    spark: SparkSession,
    as_it_was: list[tuple[Any, ...]],
    changes: list[tuple[int | None, int | None]],
    wind: float,
    dropped: bool,
) -> None:
    flights, sky = with_another_future(changes, wind)
    if dropped:
        flights = [row for row in flights if row["_known_at"] <= AS_OF]
        sky = [row for row in sky if row["_known_at"] <= AS_OF]
    assert rows_of(features(inputs(spark, flights, sky), UNTIL_AS_OF)) == as_it_was


@pytest.mark.parametrize("leak", OPENED)
def test_the_check_sees_each_leak(spark: SparkSession, leak: str) -> None:
    opened = dict([OPENED[leak]])
    flights, sky = with_another_future([(None, None), (200, 200)], 77.0)
    before = rows_of(features(inputs(spark, FLIGHTS, SKY), UNTIL_AS_OF, opened))
    assert rows_of(features(inputs(spark, flights, sky), UNTIL_AS_OF, opened)) != before


def test_weather_counts_an_hour_after_its_hour_has_begun(spark: SparkSession) -> None:
    """At 10:00 the hour from 9:00 is just over; it is committed at 10:00 and so known at 11:00."""
    found = features(inputs(spark, FLIGHTS, SKY), UNTIL_AS_OF).where("flight_id = 'subject'")
    assert rows_of(found.select("wind_speed")) == [(8.0,)]
    opened = {"weather": known_when_it_began}
    leaking = features(inputs(spark, FLIGHTS, SKY), UNTIL_AS_OF, opened).where("flight_id = 'subject'")
    assert rows_of(leaking.select("wind_speed")) == [(10.0,)]


def aircraft_known(examples: DataFrame) -> DataFrame:
    """A leak: that an aircraft is named at all, in the guise of a delay of 0."""
    named = F.when(F.col("tailnum").isNotNull(), F.lit(0))
    return examples.withColumn("aircraft_delay", F.coalesce("aircraft_delay", named))


def told_apart(examples: DataFrame) -> bool:
    """Whether the flight without an aircraft differs from the one whose aircraft has no history."""
    alone = examples.where(F.col("flight_id").isin("unnamed", "unheard of")).drop("flight_id", "tailnum")
    first, second = rows_of(alone)
    return first != second


def test_no_aircraft_looks_like_an_aircraft_without_history(spark: SparkSession) -> None:
    """Every flight without an aircraft was cancelled, so nothing may tell that it has none."""
    pair = [
        flight(flight_id, DUE, january(9, 12, 40), "scheduled", tailnum=tailnum, flight=8)
        for flight_id, tailnum in (("unnamed", None), ("unheard of", "N99"))
    ]
    examples = features(inputs(spark, [*FLIGHTS, *pair], SKY), UNTIL_AS_OF)
    assert not told_apart(examples)
    assert told_apart(aircraft_known(examples))


def test_the_model_reads_nothing_that_names_an_aircraft() -> None:
    spec = LOADED.spec
    assert spec.examples is not None and spec.model is not None
    read = {source for made in spec.gold.values() for source in made.inputs} | set(spec.examples.inputs)
    read |= {source.table for source in spec.examples.features} - set(spec.gold)
    assert read == {"flights", "weather"}
    assert not {"tailnum", "flight", "flight_id", "dest"} & set(spec.model.features)


def gold_labels(changes: DataFrame) -> DataFrame:
    return transform("gold", "labels")({"flights": changes}, EVER)


def labelled_by_departure(changes: DataFrame) -> DataFrame:
    """A leak: a diverted flight labelled by what it did before it was diverted."""
    return changes.withColumn("arr_delay", F.coalesce("arr_delay", "dep_delay")).withColumn(
        "status", F.when(F.col("status") == "diverted", "arrived").otherwise(F.col("status"))
    )


def test_diverted_flights_stay_examples_that_never_get_a_label(spark: SparkSession) -> None:
    changes = inputs(spark, FLIGHTS, SKY)
    examples = {row["flight_id"] for row in gold_table(changes, "examples", EVER).collect()}
    labelled = {row["flight_id"] for row in gold_labels(changes["flights"]).collect()}
    assert examples == {row["flight_id"] for row in FLIGHTS}
    assert examples - labelled == {"lands elsewhere"}
    leaking = gold_labels(labelled_by_departure(changes["flights"]))
    assert examples - {row["flight_id"] for row in leaking.collect()} == set()


def without_the_purged(changes: DataFrame) -> DataFrame:
    """A leak: only flights that are still in the table, which the cancelled ones are not for long."""
    gone = F.max((F.col("_op") == "D").cast("int")).over(Window.partitionBy("flight_id"))
    return changes.withColumn("gone", gone).where("gone = 0").drop("gone")


def test_the_purge_of_cancelled_flights_takes_nothing_away(spark: SparkSession) -> None:
    never_purged = [row for row in FLIGHTS if row["_op"] != "D"]
    assert len(never_purged) < len(FLIGHTS)
    opened = dict.fromkeys(("examples", "flight_history"), without_the_purged)
    purged, kept = inputs(spark, FLIGHTS, SKY), inputs(spark, never_purged, SKY)
    expected = rows_of(features(kept, EVER))
    assert rows_of(features(purged, EVER)) == expected
    assert rows_of(features(purged, EVER, opened)) != expected
    labels = rows_of(gold_labels(kept["flights"]))
    assert rows_of(gold_labels(purged["flights"])) == labels
    assert {row[0]: row[1] for row in labels}["never leaves"] == 1
    assert rows_of(gold_labels(without_the_purged(purged["flights"]))) != labels
