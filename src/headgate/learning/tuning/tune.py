"""Search over the folds of a pipeline's examples, and tell the trials as a comparison tells its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from headgate.learning.comparison.compare import Fit
from headgate.learning.comparison.figures_of_trials import figures_of_trials
from headgate.learning.comparison.labelled_folds import LabelledFolds, labelled_folds
from headgate.learning.comparison.trials import Trial
from headgate.learning.tuning.search import search
from headgate.spec.pipeline import Examples, Model


def tune(
    examples_rows: DataFrame,
    model: Model,
    examples: Examples,
    frontier: datetime,
    first: Trial,
    budget: float,
    scratch: Path,
    told: Callable[[Fit], None],
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Search from the recipe `first` for `budget` seconds; the folds are those of `./headgate compare`.

    Gives what `figures_of_trials` gives for the trials that went through all folds, and `ended`, those that
    did not (`Attempted`). Reading the folds counts as part of the budget. `told` hears of every fit. Raises
    TooFewDays, EmptyFold, NothingToLearn and what the algorithms raise.
    """
    started = clock()
    with labelled_folds(examples_rows, model, examples, frontier) as labelled:
        fits = _Fits(labelled, scratch, told)
        left = budget - (clock() - started)
        found = search(first, model, len(labelled.folds), fits.fit, left, clock)
        for place in range(len(labelled.folds)):
            labelled.add_baselines(place)
        figures = figures_of_trials(labelled.folds, found.complete, examples, model.seed)
        return {**figures, "ended": [trial.as_json() for trial in found.ended]}


@dataclass
class _Fits:
    """The fits of a search, one after the other: the hours that run meanwhile need the other core."""

    labelled: LabelledFolds
    scratch: Path
    told: Callable[[Fit], None]
    ended: int = 0

    def fit(self, trial: Trial, place: int) -> tuple[float, int]:
        """Fit on the fold that is `place` from the newest; gives its log loss and rows."""
        number = len(self.labelled.folds) - 1 - place
        loss = self.labelled.fit(trial, number, self.scratch)
        fold = self.labelled.folds[number]
        self.ended += 1
        self.told(Fit(self.ended, None, number + 1, trial.name, loss, fold.seconds[trial.name]))
        return loss, len(fold.test)
