"""Folds in order of time: what trains and what tests, written out, and what holds of all of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.learning.comparison.folds import Fold, TooFewDays, time_ordered_folds
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Feature, Model

OLDEST = datetime(2013, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def examples(complete_after: timedelta = DAY) -> Examples:
    return Examples(inputs=["trains"], entity=["train"], label="late", complete_after=complete_after)


def model(folds: int = 4, window: timedelta = 28 * DAY) -> Model:
    return Model(algorithm="random_forest", features={"delay": Feature()}, folds=folds, window=window)


def day(number: int, hour: int = 6, month: int = 1) -> datetime:
    return datetime(2013, month, number, hour, tzinfo=UTC)


def test_four_weeks_in_four_folds_of_five_days() -> None:
    folds = time_ordered_folds(OLDEST, day(29), examples(), model())
    assert [fold.test for fold in folds] == [
        HourRange(day(8), day(13)),
        HourRange(day(13), day(18)),
        HourRange(day(18), day(23)),
        HourRange(day(23), day(28)),
    ]
    assert [fold.training for fold in folds] == [
        HourRange(OLDEST, day(7)),
        HourRange(OLDEST, day(12)),
        HourRange(OLDEST, day(17)),
        HourRange(OLDEST, day(22)),
    ]
    assert [fold.cut for fold in folds] == [day(8), day(13), day(18), day(23)]


def test_of_a_long_history_only_two_windows_are_looked_at() -> None:
    folds = time_ordered_folds(OLDEST, day(30, month=6), examples(), model(window=8 * DAY))
    assert [fold.test for fold in folds] == [
        HourRange(day(21, month=6), day(23, month=6)),
        HourRange(day(23, month=6), day(25, month=6)),
        HourRange(day(25, month=6), day(27, month=6)),
        HourRange(day(27, month=6), day(29, month=6)),
    ]
    assert folds[0].training == HourRange(day(12, month=6), day(20, month=6))


def test_a_window_of_fewer_days_than_folds_still_tests_whole_days() -> None:
    folds = time_ordered_folds(OLDEST, day(29), examples(), model(window=2 * DAY))
    assert folds[0].test == HourRange(day(24), day(25))
    assert folds[0].training == HourRange(day(21), day(23))


def test_six_days_are_just_enough_for_four_folds() -> None:
    folds = time_ordered_folds(OLDEST, day(8, 0), examples(), model())
    assert folds[0] == Fold(HourRange(OLDEST, day(2, 0)), HourRange(day(3, 0), day(4, 0)))
    assert folds[-1].test == HourRange(day(6, 0), day(7, 0))


def test_too_few_days_are_counted() -> None:
    with pytest.raises(TooFewDays) as caught:
        time_ordered_folds(OLDEST, day(7, 23), examples(), model())
    assert str(caught.value) == (
        "the complete examples span 5 days, and 4 folds need 6: one to train on, the time until its labels "
        "are known (examples.complete_after) and one to test each fold\n"
        "  where: pipeline.yaml, model.folds\n"
        "  left behind: nothing was fitted\n"
        "  next: publish more hours with ./headgate run, or lower model.folds"
    )


@given(
    hours=st.integers(1, 24 * 400),
    number=st.integers(2, 12),
    window=st.integers(1, 60),
    complete_after=st.integers(0, 100),
)
def test_what_holds_of_all_folds(hours: int, number: int, window: int, complete_after: int) -> None:
    frontier, gap = OLDEST + hours * HOUR, complete_after * HOUR
    try:
        folds = time_ordered_folds(OLDEST, frontier, examples(gap), model(number, timedelta(days=window)))
    except TooFewDays:
        assert hours < 24 * (number + 1) + 2 * complete_after
        return
    assert hours >= 24 * (number + 1) + 2 * complete_after
    assert len(folds) == number
    assert folds[-1].test.end == frontier - gap  # the newest complete cohort is tested
    lengths = {fold.test.end - fold.cut for fold in folds}
    assert len(lengths) == 1 and lengths.pop() % DAY == timedelta(0)
    for earlier, later in pairwise(folds):
        assert earlier.test.end == later.cut  # disjoint, without a hole, oldest first
    for fold in folds:
        assert fold.training.end == fold.cut - gap
        assert not fold.training.overlaps(fold.test)
        assert fold.training.start is not None
        assert OLDEST <= fold.training.start < fold.training.end
        assert fold.training.end - fold.training.start <= timedelta(days=window)
    first = folds[0]
    assert first.training.start is not None
    trained, tested = first.training.end - first.training.start, first.test.end - first.cut
    assert trained >= min(tested, timedelta(days=window))
    assert folds[-1].test.end - first.cut <= max(timedelta(days=window), number * DAY)
