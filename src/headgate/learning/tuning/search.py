"""Draw trials, fit each fold by fold, give up on the hopeless, and mind the budget."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna

from headgate.learning.comparison.trials import Trial
from headgate.learning.tuning.search_space import drawn_trial
from headgate.spec.pipeline import Model

LEARNED_FIRST = 6
"""How many trials are drawn at random before the search draws where others were good."""

FitFold = Callable[[Trial, int], tuple[float, int]]
"""Fits a trial on a fold, counted from the newest: gives the log loss of its test rows and their count."""


@dataclass(frozen=True)
class Attempted:
    """A trial that did not reach the last fold: its log loss on so many `folds`, and `why` it ended."""

    trial: Trial
    folds: int
    log_loss: float | None
    why: str

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            **self.trial.as_json(),
            "folds_fitted": self.folds,
            "log_loss": self.log_loss,
            "why": self.why,
        }


@dataclass(frozen=True)
class Searched:
    """The trials that went through all folds, the first being the one to beat, and those that did not."""

    complete: list[Trial]
    ended: list[Attempted]


def search(
    first: Trial,
    model: Model,
    folds: int,
    fit: FitFold,
    budget: float,
    clock: Callable[[], float] = time.monotonic,
) -> Searched:
    """Draw trials until `budget` seconds are over; a fit that has begun is not stopped, the next fold is.

    `first`, the recipe to beat, goes through all folds however long it takes. A trial that is worse than the
    median of the others after as many folds ends there (Optuna's MedianPruner); after the first few, trials
    are drawn by a tree-structured Parzen estimator (Bergstra and others, Algorithms for Hyper-Parameter
    Optimization, 2011). The same seed and the same number of trials draw the same.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        sampler=optuna.samplers.TPESampler(seed=model.seed % 2**32, n_startup_trials=LEARNED_FIRST),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2, n_warmup_steps=0),
    )
    ends = clock() + budget
    complete, ended = [first], list[Attempted]()
    for place in range(folds):
        fit(first, place)
    while clock() < ends:
        draw = study.ask()
        trial = drawn_trial(draw, model, draw.number + 1)
        losses: list[float] = []
        rows: list[int] = []
        why = ""
        for place in range(folds):
            if clock() >= ends:
                why = "the budget was over"
                break
            loss, count = fit(trial, place)
            losses.append(loss)
            rows.append(count)
            draw.report(float(np.average(losses, weights=rows)), place)
            if place < folds - 1 and draw.should_prune():
                why = "worse than the median of the trials before"
                break
        mean = float(np.average(losses, weights=rows)) if rows else None
        if why:
            study.tell(draw, state=optuna.trial.TrialState.PRUNED)
            ended.append(Attempted(trial, len(losses), mean, why))
        else:
            study.tell(draw, mean)
            complete.append(trial)
    return Searched(complete, ended)
