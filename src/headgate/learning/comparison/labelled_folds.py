"""The folds of a comparison with their rows, and one fit on one of them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.learning.algorithms.algorithm import algorithm_named
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.baselines import baseline
from headgate.learning.comparison.folds import Fold, time_ordered_folds
from headgate.learning.comparison.trials import Trial
from headgate.learning.feature_schema import features_of
from headgate.learning.labelled_rows import in_key_order, labelled_rows
from headgate.learning.learn import require_columns
from headgate.learning.metrics import log_losses
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.pipeline import Examples, Model


class EmptyFold(HeadgateError):
    """A fold lacks examples with both labels to train on, or any example to test on."""


@dataclass(frozen=True)
class FoldRows:
    """A fold with its labelled rows: those to train on (how many, how many positives) and those to test on.

    `test` is in the order of the key. `scores` (by trial) and `baselines` have a probability for each of its
    rows; `seconds` is the time that fitting and scoring took, by trial.
    """

    fold: Fold
    training_rows: int
    training_positives: int
    test: pd.DataFrame
    baselines: dict[str, np.ndarray]
    scores: dict[str, np.ndarray]
    seconds: dict[str, float]


@dataclass(frozen=True)
class LabelledFolds:
    """Labelled examples in memory, cut into `folds`, oldest first, and the recipe that says how to read
    them."""

    rows: DataFrame
    model: Model
    examples: Examples
    frontier: datetime
    folds: list[FoldRows]

    def add_baselines(self, place: int) -> None:
        """Score the test rows of a fold by the label's means on its training rows."""
        fold = self.folds[place]
        for columns in self.model.baselines:
            mean = baseline(self._training(fold), columns, self.examples.label)
            fold.baselines[mean.name] = mean.score(fold.test)

    def fit(self, trial: Trial, place: int, scratch: Path) -> float:
        """Fit a trial on a fold; its scores and seconds are put there, and its log loss given."""
        fold, key, started = self.folds[place], self.examples.grain, time.monotonic()
        task = LearningTask(
            features_of(self.model), self.examples.label, key, trial.given, self.model.seed, str(scratch)
        )
        test = labelled_rows(self.rows, self.examples, fold.fold.test, self.frontier)
        fitted = algorithm_named(trial.algorithm).fit(self._training(fold), in_key_order(test, key), task)
        shutil.rmtree(scratch, ignore_errors=True)
        aligned = fold.test[key].merge(fitted.predictions, how="left", on=key, validate="one_to_one")
        fold.scores[trial.name] = aligned["probability"].to_numpy(np.float64)
        fold.seconds[trial.name] = time.monotonic() - started
        label = fold.test[self.examples.label].to_numpy(np.float64)
        return float(log_losses(label, fold.scores[trial.name]).mean())

    def _training(self, fold: FoldRows) -> DataFrame:
        return labelled_rows(self.rows, self.examples, fold.fold.training, fold.fold.cut)


@contextmanager
def labelled_folds(
    examples_rows: DataFrame, model: Model, examples: Examples, frontier: datetime
) -> Iterator[LabelledFolds]:
    """The folds of the examples known at `frontier`, held in memory while the block runs.

    Raises TooFewDays, EmptyFold, NothingToLearn.
    """
    key = examples.grain
    grouped = [column for columns in model.baselines for column in columns]
    columns = list(dict.fromkeys([*key, examples.label, examples.label_known_at, *model.features, *grouped]))
    require_columns(examples_rows, columns)
    folds = time_ordered_folds(
        _oldest(examples_rows, examples, frontier, model.folds), frontier, examples, model
    )
    span = HourRange(folds[0].training.start, folds[-1].test.end)
    rows = labelled_rows(examples_rows, examples, span, frontier).select(*columns).cache()
    try:
        seen = in_key_order(rows, key).toPandas()
        begun = [_begun(number, fold, seen, examples, frontier) for number, fold in enumerate(folds, start=1)]
        yield LabelledFolds(rows, model, examples, frontier, begun)
    finally:
        rows.unpersist()


def _oldest(rows: DataFrame, examples: Examples, frontier: datetime, folds: int) -> datetime:
    """The start of the hours that have labelled examples. Raises EmptyFold where there are none."""
    labelled = labelled_rows(rows, examples, HourRange(None, frontier), frontier)
    found = labelled.agg(F.min(F.unix_timestamp(examples.as_of)).alias("seconds")).collect()[0].seconds
    if found is None:
        raise EmptyFold(
            f"no published example has a label yet, so there is nothing to cut into {folds} folds",
            where=f"gold.examples, column {examples.label}",
            left="nothing was fitted",
            next_command="let more hours pass the gates",
        )
    return datetime.fromtimestamp(found, UTC) - HOUR


def _begun(number: int, fold: Fold, seen: pd.DataFrame, examples: Examples, frontier: datetime) -> FoldRows:
    """The fold with its rows and no scores yet. Raises EmptyFold."""
    training = seen[_inside(seen, examples, fold.training, fold.cut)]
    test = seen[_inside(seen, examples, fold.test, frontier)].reset_index(drop=True)
    positives = int(training[examples.label].sum())
    if not 0 < positives < len(training) or test.empty:
        raise EmptyFold(
            f"fold {number} has {len(training)} labelled examples to train on, {positives} of them positive, "
            f"and {len(test)} to test on: it needs both labels to train and rows to test",
            where=f"gold.examples, as-of in {fold.training} and {fold.test}",
            left="nothing was fitted",
            next_command="let more hours pass the gates, or lower model.folds in pipeline.yaml",
        )
    return FoldRows(fold, len(training), positives, test, {}, {}, {})


def _inside(seen: pd.DataFrame, examples: Examples, cohorts: HourRange, known: datetime) -> pd.Series:
    """What `labelled_rows` keeps, of rows that are here already."""
    assert cohorts.start is not None
    as_of = seen[examples.as_of]
    return (
        (as_of > _naive(cohorts.start))
        & (as_of <= _naive(cohorts.end))
        & (seen[examples.label_known_at] <= _naive(known))
    )


def _naive(moment: datetime) -> pd.Timestamp:
    return pd.Timestamp(moment.astimezone(UTC)).tz_localize(None)
