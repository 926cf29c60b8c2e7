"""Folds in order of time: train on what was known at a moment, test on the days after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Model

DAY = timedelta(days=1)


class TooFewDays(HeadgateError):
    """The examples do not span enough days to cut them into the folds that the spec asks for."""


@dataclass(frozen=True)
class Fold:
    """What a model fitted at the moment `cut` would have learned from, and the days that it is tested on.

    Training cohorts were complete at the cut (and of their labels only those count that were known then), so
    between them and the test cohorts, which begin right after the cut, lies `examples.complete_after`.
    """

    training: HourRange
    test: HourRange

    @property
    def cut(self) -> datetime:
        """The moment at which the fold's model could have been fitted."""
        assert self.test.start is not None
        return self.test.start


def time_ordered_folds(oldest: datetime, frontier: datetime, examples: Examples, model: Model) -> list[Fold]:
    """`model.folds` folds over the complete cohorts of (oldest, frontier], oldest first.

    The test blocks are consecutive, of the same number of whole days, and end with the last complete cohort.
    They are as long as they can be so that the first fold has as many days to train on, but together they
    span no more than `model.window`. Training takes up to `model.window`. Raises TooFewDays.
    """
    end, folds = frontier - examples.complete_after, model.folds
    room = end - oldest - examples.complete_after
    days = min(room // (DAY * (folds + 1)), max(model.window // (DAY * folds), 1))
    if days < 1:
        raise _too_few(end - oldest, examples.complete_after, folds)
    cuts = [end - (folds - place) * days * DAY for place in range(folds)]
    return [
        Fold(
            training=HourRange(
                max(cut - examples.complete_after - model.window, oldest), cut - examples.complete_after
            ),
            test=HourRange(cut, cut + days * DAY),
        )
        for cut in cuts
    ]


def _too_few(there: timedelta, complete_after: timedelta, folds: int) -> TooFewDays:
    needed = ceil((folds + 1) + complete_after / DAY)
    return TooFewDays(
        f"the complete examples span {max(there // DAY, 0)} days, and {folds} folds need {needed}: one to "
        "train on, the time until its labels are known (examples.complete_after) and one to test each fold",
        where="pipeline.yaml, model.folds",
        left="nothing was fitted",
        next_command="publish more hours with ./headgate run, or lower model.folds",
    )
