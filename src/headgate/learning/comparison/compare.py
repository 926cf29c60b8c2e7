"""Fit every trial on every fold and pool what each says about the days that it never saw."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock

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
from headgate.learning.labelled_rows import in_key_order, key_of, labelled_rows
from headgate.learning.learn import require_columns
from headgate.learning.metrics import log_losses
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.pipeline import Examples, Model


class EmptyFold(HeadgateError):
    """A fold lacks examples with both labels to train on, or any example to test on."""


@dataclass(frozen=True)
class Fit:
    """One fit that has ended: the `number`-th `of` all; `fold` counts from 1, oldest first."""

    number: int
    of: int
    fold: int
    trial: str
    log_loss: float
    seconds: float


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


def compare(
    examples_rows: DataFrame,
    model: Model,
    examples: Examples,
    frontier: datetime,
    trials: Sequence[Trial],
    scratch: Path,
    told: Callable[[Fit], None],
) -> list[FoldRows]:
    """Fit the trials on the folds of the examples known at `frontier`; the folds come back oldest first.

    Folds are fitted side by side, as many as Spark has cores: a single fit keeps one of them busy. `told`
    hears of every fit as it ends, whichever thread it ran in, one at a time. Raises TooFewDays, EmptyFold,
    NothingToLearn and what the algorithms raise.
    """
    key = key_of(examples)
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
        work = _Work(rows, model, examples, frontier, trials, scratch, told, len(folds) * len(trials))
        _side_by_side(work, begun)
    finally:
        rows.unpersist()
    return begun


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


@dataclass
class _Work:
    """The fits of a comparison, fold by fold; a fold may be fitted in a thread of its own."""

    rows: DataFrame
    model: Model
    examples: Examples
    frontier: datetime
    trials: Sequence[Trial]
    scratch: Path
    told: Callable[[Fit], None]
    of: int
    ended: int = 0
    stopped: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def fit_fold(self, number: int, begun: FoldRows) -> None:
        """Fill in the fold's scores and seconds, until `stopped` is set."""
        training = labelled_rows(self.rows, self.examples, begun.fold.training, begun.fold.cut)
        test = labelled_rows(self.rows, self.examples, begun.fold.test, self.frontier)
        for columns in self.model.baselines:
            mean = baseline(training, columns, self.examples.label)
            begun.baselines[mean.name] = mean.score(begun.test)
        for trial in self.trials:
            if self.stopped.is_set():
                return
            self._fit(number, begun, training, test, trial)

    def _fit(self, number: int, begun: FoldRows, training: DataFrame, test: DataFrame, trial: Trial) -> None:
        key, started = key_of(self.examples), time.monotonic()
        scratch = self.scratch / f"fold-{number}"
        task = LearningTask(
            features_of(self.model), self.examples.label, key, trial.given, self.model.seed, str(scratch)
        )
        fitted = algorithm_named(trial.algorithm).fit(training, in_key_order(test, key), task)
        shutil.rmtree(scratch, ignore_errors=True)
        seconds = time.monotonic() - started
        aligned = begun.test[key].merge(fitted.predictions, how="left", on=key, validate="one_to_one")
        score = aligned["probability"].to_numpy(np.float64)
        begun.scores[trial.name], begun.seconds[trial.name] = score, seconds
        label = begun.test[self.examples.label].to_numpy(np.float64)
        with self.lock:
            self.ended += 1
            loss = float(log_losses(label, score).mean())
            self.told(Fit(self.ended, self.of, number, trial.name, loss, seconds))


def _side_by_side(work: _Work, begun: Sequence[FoldRows]) -> None:
    """Fit the folds, the newest and largest first; an error stops the others after their present fit."""
    threads = min(work.rows.sparkSession.sparkContext.defaultParallelism, len(begun))
    with ThreadPoolExecutor(threads) as pool:
        newest_first = reversed(list(enumerate(begun, start=1)))
        running = [pool.submit(work.fit_fold, number, fold) for number, fold in newest_first]
        try:
            ended, _ = wait(running, return_when=FIRST_EXCEPTION)
            for future in ended:
                future.result()
        finally:
            work.stopped.set()
