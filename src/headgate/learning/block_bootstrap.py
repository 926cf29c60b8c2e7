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
    drawn = drawn_blocks(len(names), seed)
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    return interval_of(float(values.mean()), means, len(names))


def drawn_blocks(blocks: int, seed: int) -> np.ndarray:
    """Per draw, one a row, the places of as many blocks as there are; a block may come more than once."""
    return np.random.default_rng(seed).integers(0, blocks, size=(DRAWS, blocks))


def interval_of(found: float, drawn: np.ndarray, blocks: int) -> Interval:
    """The interval of a figure that was `found` on all rows and `drawn` on the draws."""
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(drawn, [tail, 100.0 - tail])
    return Interval(found, float(low), float(high), blocks)
