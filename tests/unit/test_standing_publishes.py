"""Which publishes describe a table when hours were published more than once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headgate.hops.standing_publishes import standing, twice
from headgate.hops.statistics_log import Publish
from headgate.spec.hour_range import HourRange

DAY = datetime(2024, 1, 1, tzinfo=UTC)


def publish(number: int, start: int | None, end: int, hop: str = "silver") -> Publish:
    since = None if start is None else DAY + timedelta(hours=start)
    return Publish(number, hop, HourRange(since, DAY + timedelta(hours=end)), frozenset({f"{hop}.rows"}))


CASES = {
    "one after the other": ([publish(1, None, 5), publish(2, 5, 6)], [1, 2], []),
    "an hour again": ([publish(1, 4, 5), publish(2, 5, 6), publish(3, 4, 5)], [2, 3], []),
    "a wider range again": ([publish(1, 4, 5), publish(2, 5, 6), publish(3, 3, 9)], [3], []),
    "an hour of a wide range again": ([publish(1, None, 5), publish(2, 4, 5)], [1, 2], [2]),
    "all hours of a range again, one by one": (
        [publish(1, 3, 6), publish(2, 3, 4), publish(3, 5, 6), publish(4, 4, 5)],
        [2, 3, 4],
        [],
    ),
    "all but one": ([publish(1, 3, 6), publish(2, 3, 4), publish(3, 5, 6)], [1, 2, 3], [2, 3]),
    "the first range again": ([publish(1, None, 5), publish(2, None, 5)], [2], []),
    "a range from an hour on does not replace the beginning": (
        [publish(1, None, 5), publish(2, 0, 5)],
        [1, 2],
        [2],
    ),
    "bronze is only added to": ([publish(1, 4, 5, "bronze"), publish(2, 4, 5, "bronze")], [1, 2], []),
    "another hop": ([publish(1, 4, 5), publish(2, 4, 5, "gold")], [1, 2], []),
}


@pytest.mark.parametrize("name", CASES)
def test_which_publishes_stand(name: str) -> None:
    publishes, stand, doubled = CASES[name]
    found = standing(publishes)
    assert [one.number for one in found] == stand
    assert [one.number for one in twice(found)] == doubled
