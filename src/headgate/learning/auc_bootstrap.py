"""Intervals for AUC, and for the difference of two, on rows that are correlated within blocks of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headgate.learning.block_bootstrap import Interval, drawn_blocks, interval_of


def auc_interval(label: np.ndarray, probability: np.ndarray, blocks: np.ndarray, seed: int) -> Interval:
    """The AUC of a score with its interval. The rows hold both labels."""
    wins = _wins(label, probability, blocks)
    return interval_of(wins.auc, wins.drawn(seed), wins.blocks)


def auc_difference(
    label: np.ndarray, own: np.ndarray, other: np.ndarray, blocks: np.ndarray, seed: int
) -> Interval:
    """The AUC of `own` minus that of `other` on the same rows, which hold both labels, with its interval.

    Whole blocks are resampled, as in `block_bootstrap`, and both scores meet the same draws. A draw without
    both labels has no AUC and does not count.
    """
    first, second = _wins(label, own, blocks), _wins(label, other, blocks)
    return interval_of(first.auc - second.auc, first.drawn(seed) - second.drawn(seed), first.blocks)


@dataclass(frozen=True)
class _Wins:
    """Per block (row) of positives and block (column) of negatives: the pairs in which the positive scores
    higher, ties counting half. AUC is the share of such pairs (Mann and Whitney 1947), so that of any
    resampled blocks follows from this table without ranking the rows again."""

    pairs_won: np.ndarray
    positives: np.ndarray
    negatives: np.ndarray

    @property
    def blocks(self) -> int:
        return len(self.positives)

    @property
    def auc(self) -> float:
        return float(self.pairs_won.sum() / (self.positives.sum() * self.negatives.sum()))

    def drawn(self, seed: int) -> np.ndarray:
        """The AUC of each draw that holds both labels."""
        places = drawn_blocks(self.blocks, seed)
        times = np.zeros(places.shape)
        np.add.at(times, (np.arange(len(places))[:, None], places), 1.0)
        pairs = (times @ self.positives) * (times @ self.negatives)
        won = ((times @ self.pairs_won) * times).sum(axis=1)
        both = pairs > 0
        return np.asarray(won[both] / pairs[both])


def _wins(label: np.ndarray, probability: np.ndarray, blocks: np.ndarray) -> _Wins:
    names, place = np.unique(blocks, return_inverse=True)
    positive = label == 1
    scores, rows = probability[positive], place[positive]
    won = np.zeros((len(names), len(names)))
    for block in range(len(names)):
        below = np.sort(probability[~positive & (place == block)])
        wins = np.searchsorted(below, scores, "left") + np.searchsorted(below, scores, "right")
        won[:, block] = np.bincount(rows, weights=wins / 2.0, minlength=len(names))
    return _Wins(
        won,
        np.bincount(rows, minlength=len(names)).astype(np.float64),
        np.bincount(place[~positive], minlength=len(names)).astype(np.float64),
    )
