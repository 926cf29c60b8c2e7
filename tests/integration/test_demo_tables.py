"""The tables of the demo are those that plain Python gets from the landing files, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.integration.headgate_stack import Demo, HeadgateStack
from tests.oracle.features_replay import replay_examples
from tests.oracle.flights_values import (
    broken_airport,
    broken_flight,
    broken_weather,
    none_broken,
    typed_airline,
    typed_airport,
    typed_flight,
    typed_plane,
    typed_weather,
)
from tests.oracle.silver_replay import Replay, Row, replay_feed

END = datetime(2013, 1, 29, 3, tzinfo=UTC).replace(tzinfo=None)
FEEDS: dict[str, tuple[list[str], Callable[[Row], bool], Callable[[Row], Row]]] = {
    "flights": (["flight_id"], broken_flight, typed_flight),
    "weather": (["origin", "time_hour"], broken_weather, typed_weather),
    "planes": (["tailnum"], none_broken, typed_plane),
    "airports": (["faa"], broken_airport, typed_airport),
    "airlines": (["carrier"], none_broken, typed_airline),
}


def replay(stack: HeadgateStack, feed: str, until: datetime = END) -> Replay:
    key, broken, _ = FEEDS[feed]
    return replay_feed(stack.settings.landing / "flights", feed, key, broken, until)


def written(row: Row) -> Row:
    """Values as the query writes them into JSON."""
    return {name: _text(value) for name, value in row.items()}


@pytest.mark.parametrize("feed", FEEDS)
def test_live_rows_equal_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    key, _, typed = FEEDS[feed]
    expected = [written(typed(row)) for row in replay(stack, feed).live.values()]
    columns = ", ".join(expected[0])
    found = stack.rows(f"SELECT {columns} FROM flights_silver.{feed}")
    assert by_key(found, key) == by_key(expected, key)


def test_live_rows_as_of_an_hour_or_its_run_equal_the_replay_up_to_it(
    demo: Demo, stack: HeadgateStack
) -> None:
    hour = datetime(2013, 1, 29, 0, tzinfo=UTC)
    until = hour.replace(hour=1, tzinfo=None)
    expected = [written(typed_flight(row)) for row in replay(stack, "flights", until).live.values()]
    statement = f"SELECT {', '.join(expected[0])} FROM flights_silver.flights"
    for when in ("2013-01-29T00", str(stack.run_of(hour)["dag_run_id"])):
        found = stack.rows(statement, "--as-of", when)
        assert by_key(found, ["flight_id"]) == by_key(expected, ["flight_id"])
    assert by_key(stack.rows(statement), ["flight_id"]) != by_key(expected, ["flight_id"])


def test_what_was_not_published_is_refused_with_what_was(demo: Demo, stack: HeadgateStack) -> None:
    answer = stack.headgate("query", "--as-of", "2013-01-15T00", "SELECT * FROM flights_gold.examples")
    assert answer.code == 1
    assert "it was published in one go with the hours up to 2013-01-28T23" in answer.err


@pytest.mark.parametrize("feed", ["flights", "airports"])
def test_the_quarantine_equals_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    marked = sorted((row["_file"], row["_row"]) for row in replay(stack, feed).log if row["_marked"])
    found = stack.rows(f"SELECT _file, _row FROM flights_silver.{feed}_quarantine")
    assert sorted((row["_file"], row["_row"]) for row in found) == marked
    assert len(marked) >= 1


def test_examples_equal_the_replay(demo: Demo, stack: HeadgateStack) -> None:
    examples = replay_examples(replay(stack, "flights").log, replay(stack, "weather").log, None, END)
    expected = [
        written({"flight_id": flight_id, "as_of": as_of, **values})
        for (flight_id, as_of), values in examples.items()
    ]
    found = stack.rows(f"SELECT {', '.join(expected[0])} FROM flights_gold.examples")
    assert by_key(found, ["flight_id", "as_of"]) == by_key(expected, ["flight_id", "as_of"])


def by_key(rows: list[Row], key: list[str]) -> dict[str, dict[str, Any]]:
    return {"|".join(str(row[name]) for name in key): written(row) for row in rows}


def _text(value: Any) -> Any:
    """Sums of doubles depend on their order in the last digits."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
