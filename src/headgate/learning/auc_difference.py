"""An interval for the difference of two areas under the ROC curve, over blocks of time."""

from __future__ import annotations

import numpy as np

from headgate.learning.block_bootstrap import DRAWS, LEVEL, Interval


def auc_difference(
    label: np.ndarray, candidate: np.ndarray, other: np.ndarray, blocks: np.ndarray, seed: int
) -> Interval:
    """The candidate's AUC minus the other's on the same rows, with its 95 % interval.

    Whole blocks are drawn with replacement, as in `block_bootstrap`; draws without both labels do not count.
    `label` is 0 or 1 and holds both. Exact, yet fast: the AUC of a draw follows from the pairs won between
    each two blocks (the Mann-Whitney count), weighed by how often each of them was drawn.
    """
    names, place = np.unique(blocks, return_inverse=True)
    number = len(names)
    positives = np.bincount(place[label == 1], minlength=number).astype(np.float64)
    negatives = np.bincount(place[label != 1], minlength=number).astype(np.float64)
    lead = _pairs_won(label, candidate, place, number) - _pairs_won(label, other, place, number)
    drawn = np.random.default_rng(seed).integers(0, number, size=(DRAWS, number))
    times = np.stack([np.bincount(draw, minlength=number) for draw in drawn]).astype(np.float64)
    pairs = (times @ positives) * (times @ negatives)
    both = pairs > 0
    differences = ((times @ lead) * times).sum(axis=1)[both] / pairs[both]
    tail = 100.0 * (1.0 - LEVEL) / 2.0
    low, high = np.percentile(differences, [tail, 100.0 - tail])
    mean = float(lead.sum() / (positives.sum() * negatives.sum()))
    return Interval(mean, float(low), float(high), number)


def _pairs_won(label: np.ndarray, score: np.ndarray, place: np.ndarray, number: int) -> np.ndarray:
    """Per block of the positive row and block of the negative one: pairs in which the positive has the
    higher score; equal scores count half."""
    won = np.zeros((number, number))
    positive = [score[(place == block) & (label == 1)] for block in range(number)]
    negative = [np.sort(score[(place == block) & (label != 1)]) for block in range(number)]
    for row, higher in enumerate(positive):
        for column, lower in enumerate(negative):
            below = np.searchsorted(lower, higher, side="left").sum()
            until = np.searchsorted(lower, higher, side="right").sum()
            won[row, column] = (below + until) / 2.0
    return won
