"""A search in MLflow: one run for it, one nested run a trial, also of those that ended early."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headgate.releases.comparison_runs import children, show_comparison, trial_tags
from headgate.releases.registry import open_client
from headgate.releases.tracked_run import FINISHED, log_to_run
from headgate.releases.tuning import tuning_path
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

ENDED_TAG = "headgate.trial.ended"


def tuning_experiment(pipeline: str) -> str:
    """The experiment that holds a pipeline's searches."""
    return f"{pipeline}_tuning"


def show_tuning(settings: Settings, pipeline: str, attempt: str) -> dict[str, Any]:
    """Bring MLflow to what an attempt's search found; repeating adds nothing. Gives `{"run", "experiment"}`.

    A trial that ended early has the log loss that it had reached, and as a tag why it ended.
    """
    tuning = json.loads(tuning_path(settings, pipeline, attempt).read_text(encoding="utf-8"))
    client = open_client()
    shown = show_comparison(client, tuning, tuning_experiment(pipeline))
    _show_ended(client, shown["experiment"], shown["run"], tuning)
    return {"run": shown["run"], "experiment": shown["experiment"]}


def _show_ended(client: MlflowClient, experiment: str, run: str, tuning: dict[str, Any]) -> None:
    known, moment = children(client, experiment, run), datetime.fromisoformat(tuning["frontier"])
    for trial in tuning["ended"]:
        name = trial["trial"]
        child = known.get(name) or client.create_run(experiment, run_name=name, tags=trial_tags(run, name))
        figures = {"folds_fitted": float(trial["folds_fitted"])}
        if trial["log_loss"] is not None:
            figures["log_loss_so_far"] = trial["log_loss"]
        log_to_run(
            client,
            child.info.run_id,
            moment,
            [(figure, value, 0) for figure, value in figures.items()],
            {"algorithm": trial["algorithm"], **trial["parameters"]},
            {ENDED_TAG: trial["why"]},
        )
        client.set_terminated(child.info.run_id, FINISHED)
