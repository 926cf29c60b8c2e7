"""Sets of hours, against plain Python sets of numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import Hours

START = datetime(2024, 1, 1, tzinfo=UTC)
LAST = 12

ranges = st.tuples(st.none() | st.integers(0, LAST - 1), st.integers(1, LAST)).filter(
    lambda pair: pair[0] is None or pair[0] < pair[1]
)
sets = st.lists(ranges, max_size=4)


def hours(pairs: list[tuple[int | None, int]]) -> Hours:
    return Hours.of(
        HourRange(None if start is None else START + start * HOUR, START + end * HOUR) for start, end in pairs
    )


def numbers(pairs: list[tuple[int | None, int]]) -> set[int]:
    """The ends of the hours; -3 to 0 stand for the time before START, without beginning."""
    return {number for start, end in pairs for number in range(-3 if start is None else start + 1, end + 1)}


def ends(found: Hours) -> set[int]:
    return {n for n in range(-3, 2 * LAST) for one in found.ranges if START + n * HOUR in one}


@given(sets, sets)
def test_union_difference_and_intersection(
    one: list[tuple[int | None, int]], other: list[tuple[int | None, int]]
) -> None:
    assert ends(hours(one) | hours(other)) == numbers(one) | numbers(other)
    assert ends(hours(one) - hours(other)) == numbers(one) - numbers(other)
    assert ends(hours(one) & hours(other)) == numbers(one) & numbers(other)


@given(sets)
def test_ranges_are_apart_and_in_order(pairs: list[tuple[int | None, int]]) -> None:
    found = hours(pairs).ranges
    assert all(one.end < other.start for one, other in pairwise(found) if other.start)
    assert all(other.start is not None for other in found[1:])
    assert bool(found) == bool(pairs)


def test_hours_are_counted_from_the_first_where_they_have_no_beginning() -> None:
    assert hours([(None, 3), (5, 6)]).count(START) == 4
    assert hours([]).count(START) == 0
    assert hours([(None, 3)]).count(START + 5 * HOUR) == 1


def test_later_hours_see_what_was_known_before() -> None:
    assert ends(hours([(2, 3), (8, 9)]).seen_until(timedelta(hours=2))) == {3, 4, 5, 9, 10, 11}
