"""What a search may draw: for each algorithm the parameters that matter, and between which values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optuna.trial import Trial as Draw

from headgate.learning.comparison.trials import Trial
from headgate.spec.algorithm_parameters import Value
from headgate.spec.pipeline import Model


@dataclass(frozen=True)
class Between:
    """A number between two, both included; `log`: drawn by its size. Whole where both ends are."""

    least: int | float
    most: int | float
    log: bool = False


Space = Between | tuple[str, ...]
"""A range, or words to choose from."""

_FOREST: Mapping[str, Space] = {
    "depth": Between(6, 16),
    "minimum_rows_per_leaf": Between(1, 50, log=True),
    "features_per_split": ("sqrt", "log2", "onethird"),
}

SEARCH_SPACE: Mapping[str, Mapping[str, Space]] = {
    "random_forest": {**_FOREST, "trees": Between(50, 150)},
    "incremental_forest": _FOREST,
    "gradient_boosted_trees": {
        "trees": Between(20, 80),
        "depth": Between(2, 6),
        "step": Between(0.03, 0.3, log=True),
        "minimum_rows_per_leaf": Between(1, 50, log=True),
    },
    "xgboost": {
        "trees": Between(50, 600, log=True),
        "depth": Between(2, 8),
        "step": Between(0.01, 0.3, log=True),
        "minimum_weight_per_leaf": Between(1.0, 50.0, log=True),
        "rows_per_tree": Between(0.5, 1.0),
        "features_per_tree": Between(0.4, 1.0),
        "regularization": Between(0.1, 30.0, log=True),
    },
    "logistic_regression": {
        "regularization": Between(1.0e-5, 0.3, log=True),
        "elastic_net": Between(0.0, 1.0),
    },
}
"""By algorithm and parameter."""


def drawn_trial(draw: Draw, model: Model, number: int) -> Trial:
    """The next trial: an algorithm, and a value for each parameter of its part of the space.

    Parameters that are not searched stay what the spec gives for that algorithm, or their defaults.
    """
    algorithm = draw.suggest_categorical("algorithm", sorted(SEARCH_SPACE))
    given: dict[str, Value] = dict(model.parameters) if algorithm == model.algorithm else {}
    for name, space in SEARCH_SPACE[algorithm].items():
        given[name] = _value(draw, f"{algorithm}.{name}", space)
    return Trial(f"{algorithm} {number}", algorithm, given)


def _value(draw: Draw, name: str, space: Space) -> Value:
    if isinstance(space, tuple):
        return str(draw.suggest_categorical(name, space))
    if isinstance(space.least, int) and isinstance(space.most, int):
        return int(draw.suggest_int(name, space.least, space.most, log=space.log))
    return float(f"{draw.suggest_float(name, space.least, space.most, log=space.log):.4g}")
