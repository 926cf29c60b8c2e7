"""What an algorithm is: a class that fits node rows on examples, found by the name that a spec gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import pandas as pd
from pyspark.sql import DataFrame

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.parameters import Parameters

Learns = Literal["updates", "refits", "refits from its parent"]
"""What an algorithm does when examples come: it learns what changed and keeps the rest of its parent; or it
learns from all rows, as if it were the first time or beginning where its parent ended."""

TOLERANCE = 1.0e-12
"""How far the portable form may be from the fitted model, where both compute in double."""


@dataclass(frozen=True)
class Group:
    """A part of a model that was fitted by itself: its number, the rows and positives that it learned from,
    and its node rows, none where the rows were too few."""

    number: int
    rows: int
    positives: int
    nodes: pd.DataFrame


@dataclass(frozen=True)
class Fitted:
    """A fitted model: its portable form, and Spark's own predictions of the rows that it was asked to score.

    `form` says in plain values how `nodes` are scored (`headgate.learning.scoring.scorer`); `nodes` are node
    rows (`headgate.learning.node_rows.NODE_TYPES`), none for a linear model. `predictions` has the rows
    of the `scored` frame (key, label, features) and their `probability`.

    Of a model that consists of groups, `groups` are these (their nodes together are `nodes`), `fitted` the
    numbers of those that were not kept, and `learned_from` the rows and positives of all its groups together,
    each row counted once. `tolerance` is how far the portable form may score from `predictions`.
    """

    form: dict[str, Any]
    nodes: pd.DataFrame
    predictions: pd.DataFrame
    groups: tuple[Group, ...] = ()
    fitted: tuple[int, ...] = ()
    learned_from: tuple[int, int] | None = None
    tolerance: float = TOLERANCE


class Algorithm(Protocol):
    """A way to learn. One that can learn from net changes alone is also `Incremental`.

    `learns` says which of the three it is: one that updates has `update` too, and one that refits from its
    parent begins `fit` at `task.start`.
    """

    learns: ClassVar[Learns]

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The spec's parameters with every default filled in; raises UnknownParameter."""

    def fit(self, rows: DataFrame, scored: DataFrame, task: LearningTask) -> Fitted:
        """Fit on `rows` and predict `scored`.

        The same rows in any order, the same parameters, seed and start give the same model, bit for bit.
        """


@runtime_checkable
class Incremental(Algorithm, Protocol):
    """An algorithm whose model consists of groups, of which a change concerns only some."""

    def rows_to_read(self, rows: DataFrame, days: Collection[int], task: LearningTask) -> DataFrame:
        """Of all rows to learn from those that an update after changes on `days` has to read.

        Days are numbers since 1970-01-01 of the as-of time.
        """

    def update(
        self,
        rows: DataFrame,
        scored: DataFrame,
        task: LearningTask,
        *,
        days: Collection[int],
        parent: Sequence[Group],
    ) -> Fitted:
        """What `fit` would make of all rows, from those of `rows_to_read` and the groups of the `parent`."""


def algorithm_named(name: str) -> Algorithm:
    """The algorithm that a spec calls `name`."""
    from headgate.learning.algorithms.gradient_boosted_trees import GradientBoostedTrees
    from headgate.learning.algorithms.incremental_forest import IncrementalForest
    from headgate.learning.algorithms.logistic_regression import LogisticRegression
    from headgate.learning.algorithms.random_forest import RandomForest
    from headgate.learning.algorithms.xgboost_trees import XGBoost

    known: dict[str, type[Algorithm]] = {
        "gradient_boosted_trees": GradientBoostedTrees,
        "incremental_forest": IncrementalForest,
        "logistic_regression": LogisticRegression,
        "random_forest": RandomForest,
        "xgboost": XGBoost,
    }
    return known[name]()
