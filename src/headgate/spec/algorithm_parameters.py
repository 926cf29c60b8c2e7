"""The algorithms that a spec may name, with their parameters: defaults and what values they may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Value = int | float | str


@dataclass(frozen=True)
class Parameter:
    """A default and, for numbers, the least and the most; for text, the words that there are (none: any).

    A whole number as the default means that only whole numbers will do.
    """

    default: Value
    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()


SMALLEST_SHARE = 0.001
_SHARE_OF_ROWS = Parameter(1.0, SMALLEST_SHARE, 1)

_FOREST = {
    "trees": Parameter(100, 1),
    "depth": Parameter(12, 0, 30),
    "bins": Parameter(32, 2),
    "features_per_split": Parameter("sqrt"),
    "minimum_rows_per_leaf": Parameter(1, 1),
    "rows_per_tree": _SHARE_OF_ROWS,
    "impurity": Parameter("gini", words=("gini", "entropy")),
}

ALGORITHMS: Mapping[str, Mapping[str, Parameter]] = {
    "random_forest": _FOREST,
    "incremental_forest": {
        **_FOREST,
        "slots": Parameter(28, 1),
        "groups": Parameter(10, 1),
        "share": Parameter(0.4, SMALLEST_SHARE, 1),
        "minimum_rows": Parameter(200, 1),
    },
    "gradient_boosted_trees": {
        "trees": Parameter(50, 1),
        "depth": Parameter(4, 0, 30),
        "step": Parameter(0.1, SMALLEST_SHARE, 1),
        "bins": Parameter(32, 2),
        "features_per_split": Parameter("all"),
        "minimum_rows_per_leaf": Parameter(10, 1),
        "rows_per_tree": _SHARE_OF_ROWS,
    },
    "xgboost": {
        "trees": Parameter(200, 1),
        "depth": Parameter(5, 0, 30),
        "step": Parameter(0.05, SMALLEST_SHARE, 1),
        "bins": Parameter(256, 2),
        "minimum_weight_per_leaf": Parameter(5.0, 0),
        "rows_per_tree": Parameter(0.8, SMALLEST_SHARE, 1),
        "features_per_tree": Parameter(0.8, SMALLEST_SHARE, 1),
        "regularization": Parameter(1.0, 0),
    },
    "logistic_regression": {
        "regularization": Parameter(0.001, 0),
        "elastic_net": Parameter(0.0, 0, 1),
        "iterations": Parameter(200, 1),
        "tolerance": Parameter(1.0e-8, 0),
    },
}
"""By algorithm and name. `bins` grows to the largest vocabulary, `rows_per_tree` is a share, `step` is how
much of each tree counts, `elastic_net` is the share of the L1 penalty (0: L2 only). `features_per_split` is
MLlib's: all, sqrt, log2, onethird, a number or a share. The bounds are MLlib's. Of xgboost,
`features_per_tree` is a share, `minimum_weight_per_leaf` its `min_child_weight` (a sum of p (1 - p) over the
rows) and `regularization` its `lambda`.

Of an incremental forest, `slots` are the days of its ring, `groups` its groups of trees, `share` the share of
the groups that own a day, and `minimum_rows` the least that a group needs to have trees."""


def defaults_of(algorithm: str) -> dict[str, Value]:
    """The parameters of an algorithm with their defaults."""
    return {name: parameter.default for name, parameter in ALGORITHMS[algorithm].items()}
