"""The interval for a difference of AUCs against scikit-learn on every draw, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from headgate.learning.auc_difference import auc_difference


def test_two_blocks_by_hand() -> None:
    label = np.array([1.0, 0.0, 1.0, 0.0])
    candidate, other = np.array([0.9, 0.1, 0.8, 0.2]), np.array([0.9, 0.1, 0.2, 0.8])
    found = auc_difference(label, candidate, other, np.array([0, 0, 1, 1]), seed=1)
    # The candidate wins all 4 pairs; the other 0.9 > 0.1, 0.9 > 0.8 and 0.2 > 0.1. A draw of the first block
    # twice has no difference, one of the second block twice a difference of 1.
    assert found.mean == pytest.approx(1 / 4)
    assert (found.low, found.high, found.blocks) == (0.0, 1.0, 2)


def test_the_interval_is_that_of_rows_repeated_as_their_blocks_were_drawn() -> None:
    draw = np.random.default_rng(4)
    blocks = np.repeat([3, 7, 8, 9, 12, 20], [40, 5, 60, 30, 50, 20])
    label = (draw.random(len(blocks)) < 0.3).astype(float)
    candidate = np.round(draw.random(len(blocks)) * 0.6 + label * 0.3, 1)  # rounded: ties
    other = np.round(draw.random(len(blocks)) * 0.8 + label * 0.1, 1)
    found = auc_difference(label, candidate, other, blocks, seed=5)
    differences = []
    names = np.unique(blocks)
    for chosen in np.random.default_rng(5).integers(0, 6, size=(2000, 6)):
        rows = np.concatenate([np.flatnonzero(blocks == names[place]) for place in chosen])
        if 0 < label[rows].sum() < len(rows):
            aucs = [roc_auc_score(label[rows], score[rows]) for score in (candidate, other)]
            differences.append(aucs[0] - aucs[1])
    expected = np.percentile(differences, [2.5, 97.5])
    assert [found.low, found.high] == pytest.approx(list(expected), abs=1e-12)
    assert found.mean == pytest.approx(
        roc_auc_score(label, candidate) - roc_auc_score(label, other), abs=1e-12
    )


def test_draws_without_both_labels_do_not_count() -> None:
    label, score = np.array([1.0, 0.0]), np.array([0.7, 0.3])
    found = auc_difference(label, score, 1 - score, np.array([1, 2]), seed=2)
    assert (found.mean, found.low, found.high) == (1.0, 1.0, 1.0)
