"""Compare a pipeline's candidates, once for the same examples and recipes, and show that in MLflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.learning.comparison.compare import Fit, compare
from headgate.learning.comparison.figures_of_trials import figures_of_trials
from headgate.learning.comparison.trials import Trial, trials_of
from headgate.learning.learn import learned_from
from headgate.learning.recipe import digest_of, recipe
from headgate.releases.comparison_runs import finished_comparison, show_comparison
from headgate.releases.outcome_file import leave_outcome
from headgate.releases.registry import open_client
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, Model
from headgate.spec.settings import Settings


@dataclass(frozen=True)
class Plan:
    """What is to be compared on which examples; `digest` stands for all that the figures depend on."""

    model: Model
    examples: Examples
    frontier: datetime
    version: int
    trials: list[Trial]
    digest: str


def plan_comparison(settings: Settings, loaded: LoadedPipeline) -> Plan:
    """The comparison that spec and ledger ask for now; needs no Spark. Raises NothingToLearn."""
    ledger = Ledger(settings, loaded.spec.pipeline, loaded.spec.hops[-1])
    model, examples, frontier, version = learned_from(loaded, ledger.frontier(), ledger.versions())
    trials = trials_of(model)
    identity = {
        "pipeline": loaded.spec.pipeline,
        "pins": {EXAMPLES: version},
        "frontier": frontier.isoformat(),
        "recipe": recipe(model, examples),
        "trials": [trial.as_json() for trial in trials],
        "baselines": model.baselines,
        "folds": model.folds,
        "complete_after_hours": examples.complete_after.total_seconds() / 3600,
    }
    return Plan(model, examples, frontier, version, trials, digest_of(identity))


def compare_candidates(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    scratch: Path,
    told: Callable[[Fit], None],
) -> dict[str, Any]:
    """Compare the candidates and show it in MLflow; returns `{"comparison", "run", "experiment", "known"}`.

    `comparison` is what `figures_of_trials` gives, with `pipeline`, `pins`, `frontier`, `digest`, `spec` and
    `code`. One that MLflow has already is returned as it was found there (`known`), and nothing is fitted.
    Raises NothingToLearn, TooFewDays, EmptyFold, NoAddress and what the algorithms raise.
    """
    pipeline, plan, client = loaded.spec.pipeline, plan_comparison(settings, loaded), open_client()
    found = finished_comparison(client, pipeline, plan.digest)
    if found is not None:
        return {**found, "known": True}
    rows = read_at(spark, table_path(settings.lake, pipeline, EXAMPLES), plan.version)
    folds = compare(rows, plan.model, plan.examples, plan.frontier, plan.trials, scratch, told)
    comparison = {
        "pipeline": pipeline,
        "pins": {EXAMPLES: plan.version},
        "frontier": plan.frontier.isoformat(),
        "digest": plan.digest,
        "spec": loaded.digest,
        "code": loaded.code,
        **figures_of_trials(folds, plan.trials, plan.examples, plan.model.seed),
    }
    return {**show_comparison(client, comparison), "known": False}


def run_comparison(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, folder: Path) -> int:
    """Compare for another process: a line of output for each fit, and `outcome.json` in `folder` at the end.

    It holds what `compare_candidates` returns, or as `refused` the parts of the error's text. Returns the
    exit code.
    """

    def work() -> dict[str, Any]:
        return compare_candidates(spark, settings, loaded, folder / "scratch", say_fit)

    return 1 if "refused" in leave_outcome(folder, work) else 0


def say_fit(fit: Fit) -> None:
    """Print the line of a fit that has ended, at once."""
    print(fit_line(fit), flush=True)


def fit_line(fit: Fit) -> str:
    """How a fit that has ended is told."""
    count = f"{fit.number:>3}" if fit.of is None else f"{fit.number:>{len(str(fit.of))}} of {fit.of}"
    return f"fit {count}  fold {fit.fold}  log loss {fit.log_loss:.4f}  {fit.seconds:6.1f} s  {fit.trial}"
