"""An interval for a mean difference whose rows are correlated within blocks of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DRAWS = 2000
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean over all rows, and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float
    blocks: int


def block_bootstrap(values: np.ndarray, blocks: np.ndarray, seed: int) -> Interval:
    """Resample whole blocks with replacement and take the 2.5th and 97.5th percentile of the row mean.

    `values` has one number per row, `blocks` the block that each row belongs to. The same arguments give the
    same interval.
    """
    names, place = np.unique(blocks, return_inverse=True)
    sums = np.bincount(place, weights=values, minlength=len(names))
    counts = np.bincount(place, minlength=len(names)).astype(np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(names), size=(DRAWS, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(means, [tail, 100.0 - tail])
    return Interval(float(values.mean()), float(low), float(high), len(names))
