"""Two trees small enough to score by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from headgate.learning.node_rows import NODE_TYPES, content_digest
from headgate.learning.scoring.forest import forest_of, score

LEAF = (-1, -1, -1, None, None)
ROWS = [
    # tree, node, prediction, impurity, stats, weighed rows, gain, left, right, feature, threshold, categories
    (0, 0, 0.0, 0.0, [5.0, 5.0], 10, 0.1, 1, 2, 1, 2.5, None),
    (0, 1, 0.0, 0.0, [4.0, 1.0], 5, -1.0, *LEAF),
    (0, 2, 1.0, 0.0, [1.0, 3.0], 4, -1.0, *LEAF),
    (1, 0, 0.0, 0.0, [5.0, 5.0], 10, 0.1, 1, 2, 0, None, [0.0, 2.0]),
    (1, 1, 1.0, 0.0, [0.0, 2.0], 2, -1.0, *LEAF),
    (1, 2, 0.0, 0.0, [1.0, 1.0], 2, -1.0, *LEAF),
]
NODES = pd.DataFrame(ROWS, columns=list(NODE_TYPES))


@pytest.mark.parametrize(
    ("row", "probability"),
    [
        ([0.0, 2.5], (1 / 5 + 1.0) / 2),  # at the threshold: left; category 0 is listed: left
        ([1.0, 2.6], (3 / 4 + 1 / 2) / 2),
        ([2.0, 9.0], (3 / 4 + 1.0) / 2),
        ([3.0, -1.0e9], (1 / 5 + 1 / 2) / 2),  # a category beyond all that are listed: right
    ],
)
def test_scores(row: list[float], probability: float) -> None:
    assert score(forest_of(NODES), np.array([row]))[0] == pytest.approx(probability, abs=1e-15)


def test_the_order_of_node_rows_does_not_count_but_every_value_does() -> None:
    assert content_digest(NODES.sample(frac=1, random_state=1)) == content_digest(NODES)
    changed = NODES.copy()
    changed.loc[1, "impurity"] = np.nextafter(0.0, 1.0)
    assert content_digest(changed) != content_digest(NODES)


def test_broken_forests_are_refused() -> None:
    with pytest.raises(ValueError, match="a forest without nodes scores nothing"):
        forest_of(NODES.iloc[:0])
    with pytest.raises(ValueError, match="names a child that is not there"):
        forest_of(NODES.iloc[[0, 1, 3, 4, 5]])
