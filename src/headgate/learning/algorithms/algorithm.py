"""What an algorithm is: a class that fits node rows on examples, found by the name that a spec gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd
from pyspark.sql import DataFrame

from headgate.learning.algorithms.parameters import Parameters
from headgate.learning.scoring.encoding import Features


@dataclass(frozen=True)
class Fitted:
    """A fitted model: its portable form, and Spark's own predictions of the rows that it was asked to score.

    `form` says in plain values how `nodes` are scored (`headgate.learning.scoring.scorer`); `nodes` are node
    rows (`headgate.learning.node_rows.NODE_TYPES`), none for a linear model. `predictions` has the rows
    of the `scored` frame (key, label, features) and their `probability`.
    """

    form: dict[str, Any]
    nodes: pd.DataFrame
    predictions: pd.DataFrame


class Algorithm(Protocol):
    """A way to learn.

    An algorithm that can learn from net changes alone also has a method `update`.
    """

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The spec's parameters with every default filled in; raises UnknownParameter."""

    def fit(
        self,
        rows: DataFrame,
        scored: DataFrame,
        *,
        features: Features,
        label: str,
        key: Sequence[str],
        parameters: Parameters,
        seed: int,
        scratch: str,
    ) -> Fitted:
        """Fit on `rows` (unique by `key`, label 0/1, never null) and predict `scored`.

        The same rows in any order, the same parameters and seed give the same model, bit for bit.
        `scratch` is a folder's path, where every worker can write, for whatever passes through storage.
        """


def algorithm_named(name: str) -> Algorithm:
    """The algorithm that a spec calls `name`."""
    from headgate.learning.algorithms.gradient_boosted_trees import GradientBoostedTrees
    from headgate.learning.algorithms.logistic_regression import LogisticRegression
    from headgate.learning.algorithms.random_forest import RandomForest

    known: dict[str, type[Algorithm]] = {
        "gradient_boosted_trees": GradientBoostedTrees,
        "logistic_regression": LogisticRegression,
        "random_forest": RandomForest,
    }
    return known[name]()
