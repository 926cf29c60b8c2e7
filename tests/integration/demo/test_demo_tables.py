"""The tables of the demo are those that plain Python gets from the landing files, row by row."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.headgate_stack import Demo, HeadgateStack
from tests.oracle.flights_tables import EXAMPLE_KEY, FEEDS, by_key, examples, live_rows, replay, written
from tests.oracle.silver_replay import Replay


def end_of(demo: Demo) -> datetime:
    """The end of its last hour, in UTC without zone, as the oracle's moments are."""
    last = datetime.fromisoformat(demo.summary["hours"]["last_hour_done"])
    return last.replace(tzinfo=None) + timedelta(hours=1)


def replayed(stack: HeadgateStack, feed: str, until: datetime) -> Replay:
    return replay(stack.settings.landing / "flights", feed, until)


@pytest.mark.parametrize("feed", FEEDS)
def test_live_rows_equal_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    expected = live_rows(replayed(stack, feed, end_of(demo)), feed)
    found = stack.rows(f"SELECT {', '.join(expected[0])} FROM flights_silver.{feed}")
    assert by_key(found, FEEDS[feed][0]) == by_key(expected, FEEDS[feed][0])


def test_live_rows_as_of_an_hour_or_its_run_equal_the_replay_up_to_it(
    demo: Demo, stack: HeadgateStack
) -> None:
    hour = datetime(2013, 1, 29, 0, tzinfo=UTC)
    until = hour.replace(hour=1, tzinfo=None)
    expected = live_rows(replayed(stack, "flights", until), "flights")
    statement = f"SELECT {', '.join(expected[0])} FROM flights_silver.flights"
    for when in ("2013-01-29T00", str(stack.run_of(hour)["dag_run_id"])):
        found = stack.rows(statement, "--as-of", when)
        assert by_key(found, ["flight_id"]) == by_key(expected, ["flight_id"])
    assert by_key(stack.rows(statement), ["flight_id"]) != by_key(expected, ["flight_id"])


def test_what_was_not_published_is_refused_with_what_was(demo: Demo, stack: HeadgateStack) -> None:
    answer = stack.headgate("query", "--as-of", "2013-01-15T00", "SELECT * FROM flights_gold.examples")
    assert answer.code == 1
    assert "it was published in one go with the hours up to 2013-01-28T23" in answer.err


@pytest.mark.parametrize("feed", ["flights", "weather"])  # the others have a full load only
def test_the_change_log_equals_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    found = stack.rows(
        "SELECT _file, _row, _op, _committed_at, _known_at, size(_failed_rules) > 0 AS _marked "
        f"FROM flights_silver.{feed}_changes"
    )
    wanted = [{name: row[name] for name in found[0]} for row in replayed(stack, feed, end_of(demo)).log]
    assert Counter(tuple(written(row).values()) for row in found) == Counter(
        tuple(written(row).values()) for row in wanted
    )


@pytest.mark.parametrize("feed", ["flights", "airports"])
def test_the_quarantine_equals_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    marked = sorted(
        (row["_file"], row["_row"]) for row in replayed(stack, feed, end_of(demo)).log if row["_marked"]
    )
    found = stack.rows(f"SELECT _file, _row FROM flights_silver.{feed}_quarantine")
    assert sorted((row["_file"], row["_row"]) for row in found) == marked
    assert len(marked) >= 1


def test_examples_equal_the_replay(demo: Demo, stack: HeadgateStack) -> None:
    expected = examples(
        replayed(stack, "flights", end_of(demo)), replayed(stack, "weather", end_of(demo)), end_of(demo)
    )
    found = stack.rows(f"SELECT {', '.join(expected[0])} FROM flights_gold.examples")
    assert by_key(found, EXAMPLE_KEY) == by_key(expected, EXAMPLE_KEY)
