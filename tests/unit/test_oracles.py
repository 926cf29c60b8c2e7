"""The plain-Python replays, on tables small enough to work out by hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.features_replay import replay_examples
from tests.oracle.flights_values import broken_flight, typed_flight
from tests.oracle.silver_replay import Row, replay_feed

HEADER = "Op,committed_at,id,value\n"
FLIGHT = "AA-1-JFK-2013-01-10T12:10"


def january(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"2013-01-{day:02d} {hour:02d}:{minute:02d}")


def new_year(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.fromisoformat(f"2024-01-01 {hour:02d}:{minute:02d}:{second:02d}")


def land(root: Path, path: str, text: str) -> None:
    target = root / "things" / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def values(rows: dict[Any, Row]) -> dict[str, Any]:
    return {name: row["value"] for (name,), row in rows.items()}


def test_the_last_sound_change_of_a_key_wins(tmp_path: Path) -> None:
    land(tmp_path, "2024/01/01/00/a.csv", HEADER + "I,2024-01-01 00:05:00,1,a\nU,2024-01-01 00:05:00,1,b\n")
    land(
        tmp_path,
        "2024/01/01/01/b.csv",
        HEADER
        + 'I,2024-01-01 01:00:00,2,"say ""x"", y"\nU,2024-01-01 01:59:59,1,bad\n'
        + "I,,3,x\nI,2024-01-01 01:00:00,,x\n",
    )
    replay = replay_feed(tmp_path, "things", ["id"], lambda row: row["value"] == "bad")
    assert values(replay.live) == {"1": "b", "2": 'say "x", y'}
    assert replay.tombstones == set()
    assert [(row["id"], row["_row"], row["_marked"]) for row in replay.log] == [
        ("1", 1, False),
        ("1", 2, False),
        ("2", 1, False),
        ("1", 2, True),
        ("3", 3, True),
        (None, 4, True),
    ]
    assert {row["_known_at"] for row in replay.log[:2]} == {new_year(1)}
    assert {row["_known_at"] for row in replay.log[2:]} == {new_year(2)}


def test_a_deletion_leaves_a_tombstone_that_an_insert_ends(tmp_path: Path) -> None:
    land(tmp_path, "2024/01/01/00/a.csv", HEADER + "I,2024-01-01 00:01:00,1,a\nI,2024-01-01 00:01:00,2,a\n")
    land(tmp_path, "2024/01/01/01/a.csv", HEADER + "D,2024-01-01 01:00:00,1,\nD,2024-01-01 01:00:00,2,bad\n")
    land(tmp_path, "2024/01/01/02/a.csv", HEADER + "I,2024-01-01 02:00:00,2,again\n")
    replay = replay_feed(tmp_path, "things", ["id"], lambda row: row["value"] == "bad")
    assert values(replay.live) == {"2": "again"}
    assert replay.tombstones == {("1",)}
    earlier = replay_feed(tmp_path, "things", ["id"], lambda row: False, until=new_year(2))
    assert earlier.live == {}
    assert earlier.tombstones == {("1",), ("2",)}


def test_a_load_supersedes_what_was_before_it_and_stands_below_what_follows(tmp_path: Path) -> None:
    land(
        tmp_path,
        "LOAD00000001.csv",
        "committed_at,id,value\n2024-01-01 02:00:00,1,load\n2024-01-01 02:00:09,2,load\n",
    )
    before = "I,2024-01-01 01:00:00,1,old\nI,2024-01-01 01:00:00,3,old\n"
    land(tmp_path, "2024/01/01/01/a.csv", HEADER + before)
    land(tmp_path, "2024/01/01/02/a.csv", HEADER + "U,2024-01-01 02:00:05,2,during\n")
    replay = replay_feed(tmp_path, "things", ["id"], lambda row: False)
    assert values(replay.live) == {"1": "load", "2": "during"}
    assert replay.tombstones == {("3",)}
    load = [row for row in replay.log if row["_op"] == "L"]
    assert [row["_committed_at"] for row in load] == [new_year(2, 0, 9)] * 2


def test_a_late_file_is_known_later(tmp_path: Path) -> None:
    land(tmp_path, "2024/01/01/00/late.csv", HEADER + "I,2024-01-01 00:30:00,1,a\n")
    replay = replay_feed(tmp_path, "things", ["id"], lambda row: False, frontier_of=lambda file: new_year(7))
    assert [row["_known_at"] for row in replay.log] == [new_year(8)]


def flight(at: str, status: str, delays: tuple[int | None, int | None] = (None, None), **changes: Any) -> Row:
    """A change of a flight due at 12:10, as text; `at` is the commit time on 2013-01-10."""
    committed = datetime.fromisoformat(f"2013-01-{at}")
    departure, arrival = (str(delay) if delay is not None else None for delay in delays)
    row: Row = {
        **dict.fromkeys(("dep_time", "arr_time", "air_time")),
        "year": "2013",
        "month": "1",
        "day": "10",
        "hour": "7",
        "minute": "10",
        "sched_dep_time": "710",
        "sched_arr_time": "915",
        "distance": "500",
        "flight": "1",
        "flight_id": FLIGHT,
        "carrier": "AA",
        "tailnum": "N1",
        "origin": "JFK",
        "dest": "BOS",
        "status": status,
        "dep_delay": departure,
        "arr_delay": arrival,
        "time_hour": "2013-01-10 12:00:00",
        "_op": "U",
        "_committed_at": committed,
        "_order": (False, 1, committed, "f", 1),
        "_marked": False,
        "_known_at": january(committed.day, committed.hour + 1),
    }
    return {**row, **changes}


def test_an_example_knows_what_was_known_two_hours_before() -> None:
    others: dict[str, Any] = {"flight_id": "B", "time_hour": "2013-01-10 08:00:00", "hour": "3"}
    log = [
        flight("09 12:10", "scheduled", _op="I"),
        flight("09 08:10", "scheduled", _op="I", **others),
        flight("10 08:30", "departed", (20, None), **others),
        flight("10 10:05", "arrived", (20, 31), **others),
        flight("10 12:30", "departed", (20, None)),
        flight("10 15:30", "arrived", (20, 16)),
    ]
    sky = {
        "_op": "I",
        "_committed_at": None,
        "_order": (False, 1, None, "w", 1),
        "_marked": False,
        "origin": "JFK",
    }
    measured = dict.fromkeys(
        ("temp", "dewp", "humid", "wind_dir", "wind_gust", "precip", "pressure", "visib")
    )
    weather = [
        {
            **measured,
            **sky,
            "wind_speed": "9",
            "time_hour": "2013-01-10 08:00:00",
            "_known_at": january(10, 10),
        },
        {
            **measured,
            **sky,
            "wind_speed": "7",
            "time_hour": "2013-01-10 09:00:00",
            "_known_at": january(10, 11),
        },
    ]
    examples = replay_examples(log, weather, january(10, 6), january(10, 10))
    assert list(examples) == [(FLIGHT, january(10, 10))]
    example = examples[FLIGHT, january(10, 10)]
    assert (example["late"], example["label_known_at"]) == (None, None)
    assert (example["origin_delay"], example["origin_late_share"]) == (20.0, 1.0)
    assert (example["carrier_delay"], example["destination_delay"]) == (20.0, 20.0)
    assert (example["aircraft_turnaround"], example["hour_flights"]) == (240, 1)
    assert example["aircraft_slack"] == pytest.approx(240 - 2 * (35 + 500 / 7.5) - 20)
    assert example["history_late_share"] is None
    assert example["aircraft_delay"] == 20
    assert example["wind_speed"] == 9.0
    assert (example["weekday"], example["local_hour"], example["arrival_hour"]) == (3, 7, 9)
    later = replay_examples(log, weather, None, january(10, 10), january(10, 16))
    known = later[FLIGHT, january(10, 10)]
    assert (known["late"], known["label_known_at"]) == (1, january(10, 16))
    assert known["aircraft_delay"] == 20


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        pytest.param(flight("10 12:30", "departed", (20, None)), False, id="sound"),
        pytest.param(flight("10 12:30", "departed"), True, id="left without delay"),
        pytest.param(flight("10 15:30", "arrived", (20, 31), air_time="40"), True, id="750 miles an hour"),
        pytest.param(flight("10 15:30", "arrived", (20, 31), air_time="75"), False, id="400 miles an hour"),
        pytest.param(flight("10 13:44", "arrived", (20, 31), air_time="75"), True, id="before it landed"),
        pytest.param(flight("10 12:29", "departed", (20, None)), True, id="before it left"),
        pytest.param(
            flight("10 12:30", "departed", (20, None), dep_time="730"), False, id="the clock agrees"
        ),
        pytest.param(flight("10 12:30", "departed", (20, None), dep_time="740"), True, id="ten minutes off"),
        pytest.param(flight("10 15:30", "arrived", (20, 31), arr_time="946"), False, id="arrival agrees"),
        pytest.param(flight("10 15:30", "arrived", (20, 31), arr_time="1046"), True, id="an hour off"),
        pytest.param(flight("09 12:10", "scheduled", sched_dep_time="1210"), True, id="scheduled in UTC"),
        pytest.param(flight("09 12:10", "scheduled", dest="JFK"), True, id="to where it is"),
        pytest.param(flight("09 12:10", "scheduled", flight_id="AA1"), True, id="another form of key"),
        pytest.param(flight("10 12:30", "diverted", (20, None)), False, id="diverted has no arrival delay"),
        pytest.param(flight("10 12:30", "arrived", (20, None)), True, id="arrived has one"),
        pytest.param(flight("10 12:30", "cancelled", tailnum=None), False, id="cancelled without aircraft"),
        pytest.param(flight("10 12:30", "lost"), True, id="no such status"),
        pytest.param(flight("10 12:30", "departed", (-61, None)), True, id="an hour early"),
    ],
)
def test_which_flights_are_kept_apart(change: Row, broken: bool) -> None:
    assert broken_flight(change) is broken


def test_what_the_text_of_a_flight_means() -> None:
    typed = typed_flight(flight("10 12:30", "arrived", (-5, 31), air_time="75"))
    assert typed["scheduled_at"] == january(10, 12, 10)
    assert typed["departed_at"] == january(10, 12, 5)
    assert typed["ground_speed"] == 400.0
    assert (typed["scheduled_clock"], typed["departed_clock"], typed["arrived_clock"]) == (710, 705, 946)
    assert typed["time_lost"] == 36


def test_midnight_is_2400_and_a_day_begins_anew() -> None:
    typed = typed_flight(flight("10 15:30", "arrived", (1010, -555)))
    assert (typed["departed_clock"], typed["arrived_clock"]) == (2400, 2400)
    assert typed_flight(flight("10 15:30", "arrived", (0, -556)))["arrived_clock"] == 2359
