"""Counts of a column's values over bins that another set of rows has set, from its statistics alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from headgate.features import distribution
from headgate.features.column_statistics import ColumnStatistics

DECILES = tuple(rank / 10 for rank in range(1, 10))


@dataclass(frozen=True)
class Bins:
    """The bins of a column: numbers by `edges` (a value that equals one lies below it), texts by `words`.

    After them come a bin for what is none of `words`, and one for empty values and those that are not finite.
    """

    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.words or self.edges) + 2


def bins_of(reference: ColumnStatistics) -> Bins:
    """Bins by the deciles of the reference, or by the values of a text that it knows.

    Deciles that coincide are one edge; where more than a tenth of the rows has one value, it has a bin.
    """
    if reference.values is not None:
        return Bins(words=tuple(sorted(reference.values.counts)))
    if reference.distribution is None:
        return Bins()
    found = distribution.quantiles(reference.distribution, DECILES)
    repeated = {low for low, high in pairwise(found) if low == high}
    below = {float(np.nextafter(value, -np.inf)) for value in repeated}
    return Bins(edges=tuple(sorted({*found, *below})))


def counts_in(bins: Bins, statistics: ColumnStatistics) -> np.ndarray:
    """How many of the described rows lie in each bin; of numbers as exact as their sketch."""
    counts = np.zeros(bins.size)
    counts[-1] = statistics.rows - statistics.counted
    if statistics.values is not None:
        known = [statistics.values.counts.get(word, 0) for word in bins.words]
        counts[: len(known)] = known
        counts[len(known)] = max(0, statistics.counted - sum(known))
    elif statistics.distribution is not None and statistics.counted:
        shares = distribution.shares(statistics.distribution, bins.edges)
        counts[: len(shares)] = np.rint(np.array(shares) * statistics.counted)
    return counts
