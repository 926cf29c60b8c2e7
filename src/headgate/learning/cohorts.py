"""Which as-of hours a candidate trains on and which ones judge it. Both follow from the frontier alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Model, Promotion


class NoCompleteCohort(HeadgateError):
    """The embargo window ends before its cohorts are complete, so nothing can be compared on it."""


@dataclass(frozen=True)
class Cohorts:
    """The ranges (start, end] of as-of hours of one candidate; they never overlap, training comes first."""

    training: HourRange
    evaluation: HourRange


def first_cohorts(frontier: datetime, examples: Examples, model: Model, promotion: Promotion) -> Cohorts:
    """Of a candidate while nothing serves yet: the newest complete `first_holdout` is held out.

    A cohort is complete when it is `complete_after` old at the frontier.
    """
    complete = frontier - examples.complete_after
    cut = complete - promotion.first_holdout
    return Cohorts(HourRange(cut - model.window, cut), HourRange(cut, complete))


def refresh_cohorts(frontier: datetime, examples: Examples, model: Model, promotion: Promotion) -> Cohorts:
    """Of a candidate that is to replace a champion: everything up to the embargo window, which judges it.

    Raises NoCompleteCohort when no cohort of the embargo window can be complete.
    """
    end = frontier - max(promotion.embargo_to, examples.complete_after)
    cut = frontier - promotion.embargo_from
    if cut >= end:
        raise NoCompleteCohort(
            "no cohort of the embargo window is complete: its rows are younger than examples.complete_after",
            where="pipeline.yaml, promotion.embargo_from",
            left="nothing was fitted",
            next_command="make embargo_from longer than examples.complete_after, then ./headgate check",
        )
    return Cohorts(HourRange(cut - model.window, cut), HourRange(cut, end))


def range_from_json(values: Mapping[str, Any]) -> HourRange:
    """The range whose `start` (empty or None: from the beginning) and `end` a header tells."""
    start = datetime.fromisoformat(values["start"]) if values["start"] else None
    return HourRange(start, datetime.fromisoformat(values["end"]))


def range_as_json(cohorts: HourRange) -> dict[str, str | None]:
    """`start` (None: from the beginning) and `end` of a range, in ISO form."""
    start = cohorts.start
    return {"start": start.isoformat() if start else None, "end": cohorts.end.isoformat()}
