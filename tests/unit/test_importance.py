"""Permutation importance: what decides counts, what does not counts nothing, and the work stays bounded."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.learning import importance as module
from headgate.learning.importance import importance


def by_first_column(matrix: np.ndarray) -> np.ndarray:
    """A model that looks at the first column a lot, at the second a little and at the third never."""
    return np.asarray(1 / (1 + np.exp(-4 * matrix[:, 0] - 0.5 * matrix[:, 1])))


def world(rows: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(5)
    matrix = draw.choice([-1.0, 1.0], size=(rows, 3))
    return (draw.random(rows) < by_first_column(matrix)).astype(float), matrix


def test_what_decides_is_first_and_what_is_never_looked_at_is_worth_nothing() -> None:
    label, matrix = world(3000)
    found = importance(label, matrix, ["decides", "helps", "noise"], by_first_column, seed=1)
    assert [feature["name"] for feature in found["features"]] == ["decides", "helps", "noise"]
    decides, helps, noise = found["features"]
    assert decides["mean"] > 20 * helps["mean"] > 0
    assert decides["spread"] > 0
    assert (noise["mean"], noise["spread"]) == (0.0, 0.0)
    assert (found["rows"], found["of"], found["permutations"]) == (3000, 3000, 5)


def test_what_one_column_is_worth_by_hand() -> None:
    """Two rows, always right at 0.9: a permutation swaps them or not, and swapped each loses log 9 more."""
    label, matrix = np.array([1.0, 0.0]), np.array([[1.0], [0.0]])
    found = importance(label, matrix, ["x"], lambda rows: 0.1 + 0.8 * rows[:, 0], seed=2)
    swaps = found["features"][0]["mean"] * 5 / np.log(9)
    assert swaps == pytest.approx(round(swaps))
    share = round(swaps) / 5
    assert 0 < share < 1
    spread = np.sqrt(5 / 4 * share * (1 - share)) * np.log(9)
    assert found["features"][0]["spread"] == pytest.approx(spread)


def test_the_same_seed_gives_the_same_and_features_do_not_disturb_each_other() -> None:
    label, matrix = world(200)
    names = ["decides", "helps", "noise"]
    found = importance(label, matrix, names, by_first_column, seed=1)
    assert importance(label, matrix, names, by_first_column, seed=1) == found
    assert importance(label, matrix, names, by_first_column, seed=2) != found
    fewer = importance(label, matrix[:, :2], names[:2], by_first_column, seed=1)
    assert fewer["features"] == found["features"][:2]


def test_more_rows_than_the_bound_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SCORED_ROWS", 600)
    scored = []

    def counting(matrix: np.ndarray) -> np.ndarray:
        scored.append(len(matrix))
        return by_first_column(matrix)

    label, matrix = world(1000)
    found = importance(label, matrix, ["decides", "helps", "noise"], counting, seed=1)
    assert (found["rows"], found["of"]) == (40, 1000)
    assert scored == [40, 200, 200, 200]


def test_no_rows_have_no_importance() -> None:
    found = importance(np.array([]), np.empty((0, 1)), ["x"], by_first_column, seed=1)
    assert found == {"rows": 0, "of": 0, "permutations": 5, "features": []}
