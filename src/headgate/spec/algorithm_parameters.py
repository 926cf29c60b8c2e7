"""The algorithms that a spec may name, with their parameters: defaults, what values they may have, and which
of them a search draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

Value = int | float | str


@dataclass(frozen=True)
class Between:
    """A number between two, both included; `log`: drawn by its size. Whole where both ends are."""

    least: int | float
    most: int | float
    log: bool = False


Drawn = Between | tuple[str, ...]
"""A range, or words to choose from."""


@dataclass(frozen=True)
class Parameter:
    """A default and, for numbers, the least and the most; for text, the words that there are (none: any).

    A whole number as the default means that only whole numbers will do. `drawn` is between which values
    `./headgate tune` searches; without it the parameter stays as the spec or the default has it.
    """

    default: Value
    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()
    drawn: Drawn | None = None


SMALLEST_SHARE = 0.001
_SHARE_OF_ROWS = Parameter(1.0, SMALLEST_SHARE, 1)

_LEAF = Between(1, 50, log=True)

_FOREST = {
    "trees": Parameter(100, 1),
    "depth": Parameter(12, 0, 30, drawn=Between(6, 16)),
    "bins": Parameter(32, 2),
    "features_per_split": Parameter("sqrt", drawn=("sqrt", "log2", "onethird")),
    "minimum_rows_per_leaf": Parameter(1, 1, drawn=_LEAF),
    "rows_per_tree": _SHARE_OF_ROWS,
    "impurity": Parameter("gini", words=("gini", "entropy")),
}

ALGORITHMS: Mapping[str, Mapping[str, Parameter]] = {
    "random_forest": {**_FOREST, "trees": replace(_FOREST["trees"], drawn=Between(50, 150))},
    "incremental_forest": {
        **_FOREST,
        "slots": Parameter(28, 1),
        "groups": Parameter(10, 1),
        "share": Parameter(0.4, SMALLEST_SHARE, 1),
        "minimum_rows": Parameter(200, 1),
    },
    "gradient_boosted_trees": {
        "trees": Parameter(50, 1, drawn=Between(20, 80)),
        "depth": Parameter(4, 0, 30, drawn=Between(2, 6)),
        "step": Parameter(0.1, SMALLEST_SHARE, 1, drawn=Between(0.03, 0.3, log=True)),
        "bins": Parameter(32, 2),
        "features_per_split": Parameter("all"),
        "minimum_rows_per_leaf": Parameter(10, 1, drawn=_LEAF),
        "rows_per_tree": _SHARE_OF_ROWS,
    },
    "xgboost": {
        "trees": Parameter(200, 1, drawn=Between(50, 600, log=True)),
        "depth": Parameter(5, 0, 30, drawn=Between(2, 8)),
        "step": Parameter(0.05, SMALLEST_SHARE, 1, drawn=Between(0.01, 0.3, log=True)),
        "bins": Parameter(256, 2),
        "minimum_weight_per_leaf": Parameter(5.0, 0, drawn=Between(1.0, 50.0, log=True)),
        "rows_per_tree": Parameter(0.8, SMALLEST_SHARE, 1, drawn=Between(0.5, 1.0)),
        "features_per_tree": Parameter(0.8, SMALLEST_SHARE, 1, drawn=Between(0.4, 1.0)),
        "regularization": Parameter(1.0, 0, drawn=Between(0.1, 30.0, log=True)),
    },
    "logistic_regression": {
        "regularization": Parameter(0.001, 0, drawn=Between(1.0e-5, 0.3, log=True)),
        "elastic_net": Parameter(0.0, 0, 1, drawn=Between(0.0, 1.0)),
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
