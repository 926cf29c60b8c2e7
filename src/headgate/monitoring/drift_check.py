"""Whether a day's data lie farther from a model's training data than its own days do: pure figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from headgate.features.column_statistics import ColumnStatistics, merged
from headgate.features.distances import jensen_shannon_distance, population_stability_index
from headgate.features.histogram import bins_of, counts_in
from headgate.spec.pipeline import Drift

DAY = timedelta(days=1)
LEAST_DAYS = 7
"""Days of training data below which nobody could say how far apart usual days lie."""

Statistics = Mapping[str, ColumnStatistics]
"""By column."""


@dataclass(frozen=True)
class ColumnDrift:
    """One column on one day: its distances to the training data, and what is `usual`: the median of the
    training days' own distances to the other training days, each by the population stability index.

    `drifted` where `psi` is above `limit`.
    """

    column: str
    rows: int
    psi: float
    js: float
    usual: float
    limit: float

    @property
    def drifted(self) -> bool:
        """Whether the day is none of the usual ones."""
        return self.psi > self.limit


def drift_of(training: Sequence[Statistics], day: Statistics, policy: Drift) -> list[ColumnDrift]:
    """The drift of the columns that both have, in the training data's order.

    `training` has an entry for each day, or several, with columns of their own each. A limit that follows
    from how the training days differ fits columns that hardly differ from day to day, and those, like
    weather, of which a day sees a small part. The median keeps its place when drifted days come to be learned
    from. Days without rows do not count; nothing is found with fewer than LEAST_DAYS others, and of columns
    whose values are personal.
    """
    found = []
    for column in dict.fromkeys(column for one in training for column in one):
        parts = [one[column] for one in training if column in one and one[column].rows]
        now = day.get(column)
        personal = any(part.personal for part in parts) or (now is not None and now.personal)
        if now is None or not now.rows or personal or len(parts) < LEAST_DAYS:
            continue
        bins = bins_of(merged(parts))
        days = [counts_in(bins, part) for part in parts]
        whole = np.sum(days, axis=0)
        usual = float(np.median([population_stability_index(one, whole - one) for one in days]))
        counts = counts_in(bins, now)
        found.append(
            ColumnDrift(
                column=column,
                rows=now.rows,
                psi=population_stability_index(counts, whole),
                js=jensen_shannon_distance(counts, whole),
                usual=usual,
                limit=max(policy.least, policy.times * usual),
            )
        )
    return found


def asking(drifted: Mapping[date, frozenset[str]], day: date, policy: Drift) -> list[str]:
    """The columns that ask for a challenger on `day`: drifted on `days` of the `of` days up to it.

    `drifted` has the columns of each day that was checked. One that was not, since nothing served or no hour
    came, is a day without drift: it takes its place among the `of`.
    """
    latest = [columns for one, columns in drifted.items() if timedelta() <= day - one < policy.of * DAY]
    names = sorted({column for columns in latest for column in columns})
    return [column for column in names if sum(column in columns for columns in latest) >= policy.days]
