"""The rows of a candidate with all that fitting them takes, and the two ways to fit: the changes, or all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame

from headgate.learning.algorithms.algorithm import Fitted, Incremental, algorithm_named
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.cohorts import Cohorts
from headgate.learning.feature_schema import features_of
from headgate.learning.increment import Increment
from headgate.learning.labelled_rows import in_key_order, labelled_rows, learned_columns
from headgate.learning.scoring.encoding import Features
from headgate.spec.algorithm_parameters import defaults_of
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Model


class TooEarly(HeadgateError):
    """There are not yet labelled rows of both kinds to learn from; later hours will bring them."""


@dataclass(frozen=True)
class FitWork:
    """What is fitted: the `rows` to learn from, those to be `scored`, in the order of their key, and how.

    `start` is the portable form that the fit begins at, if any.
    """

    rows: DataFrame
    scored: DataFrame
    model: Model
    examples: Examples
    training: HourRange
    scratch: str
    start: Mapping[str, Any] | None = None

    @property
    def features(self) -> Features:
        """The model's inputs."""
        return features_of(self.model)

    @property
    def key(self) -> list[str]:
        """The columns that identify a row."""
        return self.examples.grain

    @property
    def label(self) -> str:
        """The column that is learned."""
        return self.examples.label

    @property
    def task(self) -> LearningTask:
        """What the model's algorithm is asked."""
        return LearningTask(
            features=self.features,
            label=self.label,
            key=self.key,
            parameters=self.model.parameters,
            seed=self.model.seed,
            scratch=self.scratch,
            start=self.start,
        )


def fit_work(
    examples_rows: DataFrame,
    model: Model,
    examples: Examples,
    cohorts: Cohorts,
    frontier: datetime,
    scratch: str,
    start: Mapping[str, Any] | None = None,
) -> FitWork:
    """The labelled rows of the cohorts, with the columns that count."""
    key = examples.grain
    columns = learned_columns(model, examples)
    training, judging = (
        labelled_rows(examples_rows, examples, part, frontier).select(*columns)
        for part in (cohorts.training, cohorts.evaluation)
    )
    scored = in_key_order(judging, key)
    return FitWork(training, scored, model, examples, cohorts.training, scratch, start)


def fit_increment(work: FitWork, increment: Increment) -> tuple[Fitted, pd.DataFrame]:
    """Learn what changed, or all where that is not known; also gives the rows that were read, in key order.

    Raises TooEarly and what the algorithm raises.
    """
    algorithm, changes, rows = algorithm_named(work.model.algorithm), increment.changes, work.rows
    if changes is None or increment.parent is None or not isinstance(algorithm, Incremental):
        cached = rows.cache()
        try:
            seen = _seen(cached, work)
            require_both_labels(len(seen), int(seen[work.label].sum()), work.training, work.examples)
            return algorithm.fit(cached, work.scored, work.task), seen
        finally:
            cached.unpersist()
    cached = algorithm.rows_to_read(rows, changes.days, work.task).cache()
    try:
        kept = increment.parent.groups()
        fitted = algorithm.update(cached, work.scored, work.task, days=changes.days, parent=kept)
        return fitted, _seen(cached, work)
    finally:
        cached.unpersist()


def fit_all(work: FitWork, algorithm: str) -> Fitted:
    """Fit another algorithm on all rows, with those of the model's parameters that it has."""
    known = defaults_of(algorithm)
    parameters = {name: value for name, value in work.model.parameters.items() if name in known}
    return algorithm_named(algorithm).fit(work.rows, work.scored, replace(work.task, parameters=parameters))


def require_both_labels(rows: int, positives: int, training: HourRange, examples: Examples) -> None:
    """Raise TooEarly unless there are rows with either label."""
    if not 0 < positives < rows:
        raise TooEarly(
            f"the {rows} labelled examples with as-of in {training} do not hold both labels",
            where=f"gold.examples, column {examples.label}",
            left="nothing was fitted",
            next_command="let more hours pass the gates, or shorten promotion.first_holdout",
        )


def _seen(rows: DataFrame, work: FitWork) -> pd.DataFrame:
    return in_key_order(rows, work.key).toPandas()
