"""A gold transform gives the rows of the hours that it was asked for; others close the gate."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from headgate.gates.hour_counts import HourCount
from headgate.gates.verdict import sentence
from headgate.hops.gate import in_range
from headgate.spec.hour_range import HourRange

WINDOW = HourRange(datetime(2024, 1, 1, 4, tzinfo=UTC), datetime(2024, 1, 1, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    ("hour_ends", "outside"), [((5, 6), 0), ((), 0), ((4, 5, 6), 7), ((6, 7), 7), ((3, 8), 14)]
)
def test_rows_of_other_hours_close_the_gate(hour_ends: tuple[int, ...], outside: int) -> None:
    counted = [HourCount(datetime(2024, 1, 1, hour, tzinfo=UTC), 7) for hour in hour_ends]
    result = in_range("gold.delays", counted, WINDOW)
    assert (result.unexpected, result.closes) == (outside, outside > 0)
    assert result.rows == 7 * len(hour_ends)


def test_it_says_which_hours_and_what_was_expected() -> None:
    result = in_range("gold.delays", [HourCount(datetime(2024, 1, 1, 8, tzinfo=UTC), 3)], WINDOW)
    assert result.samples == [{"key": {"hour": "2024-01-01T07"}, "value": "3 rows"}]
    assert result.words == (
        "every row belongs to an hour that was asked for, "
        "(2024-01-01T04:00:00+00:00, 2024-01-01T06:00:00+00:00]"
    )


def test_what_breaks_it_are_rows() -> None:
    counted = [HourCount(datetime(2024, 1, 1, hour, tzinfo=UTC), 50) for hour in (5, 8)]
    words = "every row belongs to an hour that was asked for"
    found = in_range("gold.delays", counted, WINDOW)
    assert sentence(found).startswith(f"gold.delays rows.in_range: 50 of 100 rows break “{words}, ")
