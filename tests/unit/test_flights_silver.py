"""The flights pipeline's silver: text to types, row by row."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pyspark.sql import SparkSession

from headgate.lake.columns import CARRIED
from tests.unit.flights_tables import LOADED, january, table, transform

ARRIVED = {
    "flight_id": "HA-51-JFK-2013-01-09T14:00",
    "status": "arrived",
    "year": "2013",
    "month": "1",
    "day": "9",
    "sched_dep_time": "900",
    "sched_arr_time": "1530",
    "carrier": "HA",
    "flight": "51",
    "tailnum": "N384HA",
    "origin": "JFK",
    "dest": "HNL",
    "distance": "4983",
    "hour": "9",
    "minute": "0",
    "time_hour": "2013-01-09 14:00:00",
    "dep_time": "641",
    "dep_delay": "1301",
    "arr_time": "1242",
    "arr_delay": "1272",
    "air_time": "640",
}
ODD = {
    "flight_id": "x",
    "status": "departed",
    "year": "2013",
    "month": "13",
    "day": "9",
    "hour": "21",
    "minute": "45",
    "time_hour": "2013-01-10 02:00:00",
    "dep_time": "2400",
    "dep_delay": "ten",
    "air_time": "0",
    "distance": "10",
}


def test_a_flight(spark: SparkSession) -> None:
    carried: dict[str, Any] = {"_op": "U", "_sequence": "1|a", "_known_at": january(10, 18), "_row": 3}
    rows = [{**ARRIVED, **carried}, ODD, {"flight_id": "gone", "_op": "D"}]
    typed = transform("silver", "flights")(table(spark, "bronze.flights", rows))
    contract = LOADED.contracts["silver.flights"].columns
    assert typed.columns == [*CARRIED, *contract]
    kinds = dict(typed.dtypes)
    assert {name: kinds[name] for name in contract} == {
        name: column.type for name, column in contract.items()
    }
    arrived, odd, gone = (row.asDict() for row in typed.collect())
    assert arrived == {
        **dict.fromkeys(CARRIED),
        **carried,
        "flight_id": "HA-51-JFK-2013-01-09T14:00",
        "status": "arrived",
        "carrier": "HA",
        "flight": 51,
        "tailnum": "N384HA",
        "origin": "JFK",
        "dest": "HNL",
        "distance": 4983,
        "scheduled_at": january(9, 14),
        "local_date": date(2013, 1, 9),
        "local_hour": 9,
        "sched_dep_time": 900,
        "sched_arr_time": 1530,
        "dep_time": 641,
        "dep_delay": 1301,
        "departed_at": january(10, 11, 41),
        "arr_time": 1242,
        "arr_delay": 1272,
        "air_time": 640,
        "ground_speed": 4983 / 640 * 60,
        "scheduled_clock": 900,
        "departed_clock": 641,
        "arrived_clock": 1242,
        "time_lost": -29,
    }
    expected = {
        "dep_time": 2400,
        "dep_delay": None,
        "departed_at": None,
        "ground_speed": None,
        "local_date": None,
        "scheduled_clock": 2145,
        "departed_clock": None,
        "arrived_clock": None,
        "time_lost": None,
    }
    assert {name: odd[name] for name in expected} == expected
    assert odd["scheduled_at"] == january(10, 2, 45)
    assert {name for name, value in gone.items() if value is not None} == {"flight_id", "_op"}


@pytest.mark.parametrize(
    ("time_hour", "minute", "delay", "clocks"),
    [
        pytest.param("2013-01-10 04:00:00", "50", "10", (2350, 2400), id="midnight is 2400"),
        pytest.param("2013-01-10 05:00:00", "0", "-1", (2400, 2359), id="a minute before it"),
        pytest.param("2013-03-10 06:00:00", "30", "45", (130, 315), id="clocks go forward"),
        pytest.param("2013-11-03 05:00:00", "30", "45", (130, 115), id="clocks go back"),
        pytest.param("2013-07-01 12:00:00", "5", "0", (805, 805), id="in summer"),
    ],
)
def test_clocks_of_new_york(
    spark: SparkSession, time_hour: str, minute: str, delay: str, clocks: tuple[int, int]
) -> None:
    row = {"flight_id": "x", "time_hour": time_hour, "minute": minute, "dep_delay": delay}
    typed = transform("silver", "flights")(table(spark, "bronze.flights", [row]))
    assert [tuple(row) for row in typed.select("scheduled_clock", "departed_clock").collect()] == [clocks]


@pytest.mark.parametrize(
    ("due", "delay", "shown"),
    [("2359", "1", 2400), ("2350", "30", 20), ("10", "-20", 2350), ("2400", "0", 2400), ("830", "1440", 830)],
)
def test_arrival_on_the_clock(spark: SparkSession, due: str, delay: str, shown: int) -> None:
    row = {"flight_id": "x", "sched_arr_time": due, "arr_delay": delay}
    typed = transform("silver", "flights")(table(spark, "bronze.flights", [row]))
    assert typed.collect()[0]["arrived_clock"] == shown


def test_weather(spark: SparkSession) -> None:
    rows = [
        {"origin": "EWR", "time_hour": "2013-02-12 08:00:00", "wind_speed": "1048.36058", "visib": "10"},
        {"origin": "JFK", "time_hour": "yesterday", "wind_speed": "calm"},
    ]
    typed = transform("silver", "weather")(table(spark, "bronze.weather", rows))
    contract = LOADED.contracts["silver.weather"].columns
    assert typed.columns == [*CARRIED, *contract]
    kinds = dict(typed.dtypes)
    assert {name: kinds[name] for name in contract} == {
        name: column.type for name, column in contract.items()
    }
    chosen = typed.selectExpr("origin", "string(time_hour)", "wind_speed", "visib", "wind_gust").collect()
    assert [tuple(row) for row in chosen] == [
        ("EWR", "2013-02-12 08:00:00", 1048.36058, 10.0, None),
        ("JFK", None, None, None, None),
    ]
