"""The ways to keep a model up to date that `headgate bench learn` compares, each behind the same two calls.

`update` brings the model to the labelled rows of the window, `scores` says what it makes of other rows. Both
work on frames with the example's key, features and label; seconds and work of an update are told by it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.ensemble import RandomForestClassifier

from headgate.learning.algorithms.algorithm import Group, algorithm_named
from headgate.learning.algorithms.incremental_forest import IncrementalForest
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.forest import Forest, forest_of, score

EPOCH = pd.Timestamp("1970-01-01")


@dataclass(frozen=True)
class Update:
    """What an update took: `work` is rows times trees, summed over what was fitted."""

    seconds: float
    work: int


class Method(Protocol):
    """A way to keep a model up to date."""

    def update(self, window: pd.DataFrame, days: Sequence[int]) -> Update:
        """Learn the rows of the `window`, of which those of `days` (since 1970) differ from the last time."""

    def scores(self, rows: pd.DataFrame) -> np.ndarray:
        """The probability of each row."""


def day_numbers(as_of: pd.Series) -> np.ndarray:
    """The days of as-of times, counted from 1970-01-01."""
    return np.asarray((as_of - EPOCH) // pd.Timedelta(days=1), dtype=np.int64)


@dataclass
class Ring:
    """The incremental forest: the owners of changed days are fitted, the other groups kept."""

    spark: SparkSession
    task: LearningTask
    groups: tuple[Group, ...] = ()
    forest: Forest | None = None

    def update(self, window: pd.DataFrame, days: Sequence[int]) -> Update:
        """Update, or fit all groups where there are none yet."""
        algorithm, frame = IncrementalForest(), spark_rows(self.spark, window, self.task)
        none = frame.limit(0)
        started = time.monotonic()
        if self.groups:
            rows = algorithm.rows_to_read(frame, days, self.task).cache()
            found = algorithm.update(rows, none, self.task, days=days, parent=self.groups)
            rows.unpersist()
        else:
            found = algorithm.fit(frame, none, self.task)
        seconds = time.monotonic() - started
        parameters = algorithm.complete_parameters(self.task.parameters)
        trees = int(parameters["trees"]) // int(parameters["groups"])
        work = sum(group.rows * trees for group in found.groups if group.number in found.fitted)
        self.groups, self.forest = found.groups, forest_of(found.nodes)
        return Update(seconds, work)

    def scores(self, rows: pd.DataFrame) -> np.ndarray:
        """The probability of each row."""
        assert self.forest is not None
        return score(self.forest, encode(rows, self.task.features))


@dataclass
class Refit:
    """A random forest of MLlib fitted anew each time, on the last `days` of the window (None: all of it)."""

    spark: SparkSession
    task: LearningTask
    days: int | None = None
    forest: Forest | None = None

    def update(self, window: pd.DataFrame, days: Sequence[int]) -> Update:
        """Fit all trees."""
        if self.days is not None:
            window = window[window["as_of"] > window["as_of"].max() - pd.Timedelta(days=self.days)]
        frame, algorithm = spark_rows(self.spark, window, self.task), algorithm_named("random_forest")
        started = time.monotonic()
        found = algorithm.fit(frame, frame.limit(0), self.task)
        seconds = time.monotonic() - started
        self.forest = forest_of(found.nodes)
        parameters = algorithm.complete_parameters(self.task.parameters)
        rows = len(window) * float(parameters["rows_per_tree"])
        return Update(seconds, round(rows * int(parameters["trees"])))

    scores = Ring.scores


@dataclass
class WarmStart:
    """scikit-learn's forest with `warm_start`: a tenth of the trees is added each time, the newest count.

    Its trees that were fitted before are never looked at again.
    """

    task: LearningTask
    trees: int
    forest: RandomForestClassifier

    def update(self, window: pd.DataFrame, days: Sequence[int]) -> Update:
        """Add trees that learn from the whole window; the first time all trees."""
        matrix, label = encode(window, self.task.features), window[self.task.label].to_numpy(np.int64)
        added = max(1, self.trees // 10) if hasattr(self.forest, "estimators_") else self.trees
        started = time.monotonic()
        self.forest.n_estimators = len(getattr(self.forest, "estimators_", [])) + added
        self.forest.fit(matrix, label)
        return Update(time.monotonic() - started, len(window) * added)

    def scores(self, rows: pd.DataFrame) -> np.ndarray:
        """The mean of the newest trees."""
        matrix = encode(rows, self.task.features).astype(np.float32)
        newest = self.forest.estimators_[-self.trees :]
        return np.asarray(np.mean([tree.predict_proba(matrix)[:, 1] for tree in newest], axis=0))


@dataclass
class River:
    """River's adaptive random forest: learns the rows that are new since the last time, one by one."""

    task: LearningTask
    trees: int
    model: Any = None
    seen: set[Any] = field(default_factory=set)

    def update(self, window: pd.DataFrame, days: Sequence[int]) -> Update:
        """Learn what it has not seen."""
        from river import forest

        if self.model is None:
            self.model = forest.ARFClassifier(n_models=self.trees, seed=self.task.seed % 2**32)
        new = window[~window["flight_id"].isin(self.seen)]
        started = time.monotonic()
        for row, label in zip(self._rows(new), new[self.task.label], strict=True):
            self.model.learn_one(row, int(label))
        self.seen |= set(new["flight_id"])
        return Update(time.monotonic() - started, len(new) * self.trees)

    def scores(self, rows: pd.DataFrame) -> np.ndarray:
        """The probability of each row; 0 where the forest has seen one label alone."""
        return np.array([self.model.predict_proba_one(row).get(1, 0.0) for row in self._rows(rows)])

    def _rows(self, rows: pd.DataFrame) -> list[dict[str, Any]]:
        matrix = encode(rows, self.task.features)
        names = [name for name, _ in self.task.features]
        return [dict(zip(names, map(float, values), strict=True)) for values in matrix]


def spark_rows(spark: SparkSession, rows: pd.DataFrame, task: LearningTask) -> DataFrame:
    """The rows as a frame of Spark, by way of a file in the scratch folder."""
    path = Path(task.scratch).with_suffix(".parquet")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows[task.columns].to_parquet(path, index=False, coerce_timestamps="us")
    frame = spark.read.parquet(str(path))
    return frame.withColumn(task.key[-1], F.col(task.key[-1]).cast("timestamp"))


def method_named(name: str, spark: SparkSession | None, task: LearningTask) -> Method:
    """The method of a cell; `task` has the parameters of the bundled pipeline's incremental forest."""
    ring = dict(task.parameters)
    plain = {key: ring[key] for key in ("trees", "depth", "minimum_rows_per_leaf") if key in ring}
    share, slots = float(ring.get("share", 0.4)), int(ring.get("slots", 28))
    if name in ("ring", "static"):
        assert spark is not None
        return Ring(spark, task)
    if name == "warm_start":
        forest = RandomForestClassifier(
            max_depth=int(plain["depth"]),
            min_samples_leaf=int(plain.get("minimum_rows_per_leaf", 1)),
            warm_start=True,
            random_state=task.seed % 2**32,
        )
        return WarmStart(task, int(plain["trees"]), forest)
    if name == "river":
        return River(task, 10)
    assert spark is not None
    if name == "subsample":
        return Refit(spark, replace(task, parameters={**plain, "rows_per_tree": share}))
    return Refit(spark, replace(task, parameters=plain), round(share * slots) if name == "window" else None)
