"""The tables of the demo are those that plain Python gets from the landing files, row by row."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.integration.headgate_stack import Demo, HeadgateStack
from tests.oracle.flights_tables import EXAMPLE_KEY, FEEDS, by_key, examples, live_rows, replay
from tests.oracle.silver_replay import Replay

END = datetime(2013, 1, 29, 3)  # noqa: DTZ001 the oracle's moments are UTC without zone


def replayed(stack: HeadgateStack, feed: str) -> Replay:
    return replay(stack.settings.landing / "flights", feed, END)


@pytest.mark.parametrize("feed", FEEDS)
def test_live_rows_equal_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    expected = live_rows(replayed(stack, feed), feed)
    found = stack.rows(f"SELECT {', '.join(expected[0])} FROM flights_silver.{feed}")
    assert by_key(found, FEEDS[feed][0]) == by_key(expected, FEEDS[feed][0])


@pytest.mark.parametrize("feed", ["flights", "airports"])
def test_the_quarantine_equals_the_replay(demo: Demo, stack: HeadgateStack, feed: str) -> None:
    marked = sorted((row["_file"], row["_row"]) for row in replayed(stack, feed).log if row["_marked"])
    found = stack.rows(f"SELECT _file, _row FROM flights_silver.{feed}_quarantine")
    assert sorted((row["_file"], row["_row"]) for row in found) == marked
    assert len(marked) >= 1


def test_examples_equal_the_replay(demo: Demo, stack: HeadgateStack) -> None:
    expected = examples(replayed(stack, "flights"), replayed(stack, "weather"), END)
    found = stack.rows(f"SELECT {', '.join(expected[0])} FROM flights_gold.examples")
    assert by_key(found, EXAMPLE_KEY) == by_key(expected, EXAMPLE_KEY)
