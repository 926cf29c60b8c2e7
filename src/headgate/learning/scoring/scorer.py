"""Score rows with a model in its portable form, without a JVM, as Spark would.

A portable form is a few plain values and, for trees, node rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from .forest import forest_of, margin, score
from .linear import linear_score

Scorer = Callable[[np.ndarray], np.ndarray]
"""Takes an encoded matrix (`encode`), gives the probability of each row."""


def scorer_of(form: dict[str, Any], nodes: pd.DataFrame) -> Scorer:
    """The scorer of a model by its form.

    - `{"kind": "forest"}`: the mean share of the leaves of all trees.
    - `{"kind": "boosted_trees", "weights": [...]}`: one weight a tree, in order; MLlib's classifier gives
      1 / (1 + exp(-2 m)) for the weighed sum m of the leaves' predictions.
    - `{"kind": "xgboost", "intercept": ...}`: 1 / (1 + exp(-m)) for the intercept and the sum of the leaves'
      predictions, of numbers rounded to single precision, as XGBoost reads them.
    - `{"kind": "linear", "intercept": ..., "terms": [...]}`: see `linear_inputs`.

    Raises ValueError for another kind.
    """
    kind = form["kind"]
    if kind == "forest":
        forest = forest_of(nodes)
        return lambda matrix: score(forest, matrix)
    if kind == "boosted_trees":
        trees, weights = forest_of(nodes), np.asarray(form["weights"], dtype=np.float64)
        return lambda matrix: np.asarray(1.0 / (1.0 + np.exp(-2.0 * margin(trees, weights, matrix))))
    if kind == "xgboost":
        trees, intercept = forest_of(nodes), float(form["intercept"])
        once = np.ones(len(trees.roots))

        def score_single(matrix: np.ndarray) -> np.ndarray:
            total = intercept + margin(trees, once, matrix.astype(np.float32).astype(np.float64))
            return np.asarray(1.0 / (1.0 + np.exp(-total)))

        return score_single
    if kind == "linear":
        return lambda matrix: linear_score(form, matrix)
    raise ValueError(f"no scorer for a model of kind {kind!r}")
