"""Intervals for AUC: those of a plain bootstrap that ranks the rows of every draw anew."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from headgate.learning import block_bootstrap
from headgate.learning.auc_bootstrap import auc_difference, auc_interval

DRAWS = 200


@pytest.fixture(autouse=True)
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plain way is slow."""
    monkeypatch.setattr(block_bootstrap, "DRAWS", DRAWS)


def world(rows: int = 300, days: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Label, a good and a coarse score with many ties, and days of uneven length."""
    draw = np.random.default_rng(3)
    label = (draw.random(rows) < 0.3).astype(float)
    good = np.clip(0.3 + 0.2 * label + draw.normal(0, 0.2, rows), 0, 1)
    return label, good, np.round(good + draw.normal(0, 0.3, rows), 1), draw.integers(0, days, rows) ** 2


def plain(label: np.ndarray, scores: list[np.ndarray], blocks: np.ndarray, seed: int) -> np.ndarray:
    """Draws by scores: whole blocks put side by side, then scikit-learn's AUC."""
    names = np.unique(blocks)
    drawn = np.random.default_rng(seed).integers(0, len(names), size=(DRAWS, len(names)))
    found = []
    for places in drawn:
        rows = np.concatenate([np.flatnonzero(blocks == names[place]) for place in places])
        if 0 < label[rows].sum() < len(rows):
            found.append([roc_auc_score(label[rows], score[rows]) for score in scores])
    return np.array(found)


def test_auc_and_its_interval_are_those_of_the_plain_way() -> None:
    label, good, _, blocks = world()
    found = auc_interval(label, good, blocks, seed=11)
    expected = plain(label, [good], blocks, seed=11)[:, 0]
    assert found.mean == pytest.approx(roc_auc_score(label, good))
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(expected, [2.5, 97.5])))
    assert found.blocks == 5


def test_the_difference_meets_both_scores_with_the_same_draws() -> None:
    label, good, coarse, blocks = world()
    found = auc_difference(label, good, coarse, blocks, seed=11)
    both = plain(label, [good, coarse], blocks, seed=11)
    assert found.mean == pytest.approx(roc_auc_score(label, good) - roc_auc_score(label, coarse))
    assert (found.low, found.high) == pytest.approx(
        tuple(np.percentile(both[:, 0] - both[:, 1], [2.5, 97.5]))
    )
    assert auc_difference(label, good, good, blocks, seed=11).high == 0.0


def test_ties_count_half() -> None:
    label, score = np.array([1.0, 1.0, 0.0]), np.array([0.5, 0.7, 0.5])
    found = auc_interval(label, score, np.zeros(3), seed=1)
    assert (found.low, found.mean, found.high) == (0.75, 0.75, 0.75)


def test_a_draw_without_both_labels_does_not_count() -> None:
    label, score = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.9, 0.1, 0.2, 0.3])
    found = auc_interval(label, score, np.array([0, 0, 1, 1]), seed=1)
    assert (found.low, found.mean, found.high) == (1.0, 1.0, 1.0)
