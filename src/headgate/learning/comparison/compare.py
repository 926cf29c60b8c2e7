"""Fit every trial on every fold and pool what each says about the days that it never saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event, Lock

from pyspark.sql import DataFrame

from headgate.learning.comparison.labelled_folds import FoldRows, LabelledFolds, labelled_folds
from headgate.learning.comparison.trials import Trial
from headgate.spec.pipeline import Examples, Model


@dataclass(frozen=True)
class Fit:
    """One fit that has ended: the `number`-th `of` all (None: nobody knows); `fold` counts from 1, oldest
    first."""

    number: int
    of: int | None
    fold: int
    trial: str
    log_loss: float
    seconds: float


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
    with labelled_folds(examples_rows, model, examples, frontier) as labelled:
        work = _Work(labelled, trials, scratch, told)
        _side_by_side(work)
        return labelled.folds


@dataclass
class _Work:
    """The fits of a comparison, fold by fold; a fold may be fitted in a thread of its own."""

    labelled: LabelledFolds
    trials: Sequence[Trial]
    scratch: Path
    told: Callable[[Fit], None]
    ended: int = 0
    stopped: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    def fit_fold(self, place: int) -> None:
        """Fill in the fold's scores and seconds, until `stopped` is set."""
        self.labelled.add_baselines(place)
        for trial in self.trials:
            if self.stopped.is_set():
                return
            self._fit(place, trial)

    def _fit(self, place: int, trial: Trial) -> None:
        loss = self.labelled.fit(trial, place, self.scratch / f"fold-{place}")
        seconds = self.labelled.folds[place].seconds[trial.name]
        with self.lock:
            self.ended += 1
            of = len(self.labelled.folds) * len(self.trials)
            self.told(Fit(self.ended, of, place + 1, trial.name, loss, seconds))


def _side_by_side(work: _Work) -> None:
    """Fit the folds, the newest and largest first; an error stops the others after their present fit."""
    folds = len(work.labelled.folds)
    threads = min(work.labelled.rows.sparkSession.sparkContext.defaultParallelism, folds)
    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(work.fit_fold, place) for place in reversed(range(folds))]
        try:
            ended, _ = wait(running, return_when=FIRST_EXCEPTION)
            for future in ended:
                future.result()
        finally:
            work.stopped.set()
