"""A comparison in MLflow: one run for it, one nested run a trial. Repeating it adds nothing."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.releases.comparison_picture import comparison_picture
from headgate.releases.tracked_run import FINISHED, Step, experiment_of, log_to_run, tagged_run, tracked_run

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

COMPARISON = "comparison.json"
PICTURE = "comparison.png"
COMPARISON_TAG = "headgate.comparison"
TRIAL_TAG = "headgate.trial"
PARENT_TAG = "mlflow.parentRunId"


def experiment_name(pipeline: str) -> str:
    """The experiment that holds a pipeline's comparisons."""
    return f"{pipeline}_comparisons"


def finished_comparison(client: MlflowClient, pipeline: str, digest: str) -> dict[str, Any] | None:
    """`{"comparison", "run", "experiment"}` of the comparison with this digest, None where there is none."""
    experiment = client.get_experiment_by_name(experiment_name(pipeline))
    if experiment is None:
        return None
    run = tagged_run(client, experiment.experiment_id, COMPARISON_TAG, digest)
    if run is None or run.info.status != FINISHED:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = client.download_artifacts(run.info.run_id, COMPARISON, folder)
        comparison = json.loads(Path(path).read_text(encoding="utf-8"))
    return {"comparison": comparison, "run": run.info.run_id, "experiment": experiment.experiment_id}


def show_comparison(
    client: MlflowClient, comparison: dict[str, Any], experiment_called: str | None = None
) -> dict[str, Any]:
    """Bring MLflow to the comparison; returns what `finished_comparison` does.

    The experiment is the one that is named, else that of the pipeline's comparisons. Runs are found by their
    tags, so what a killed process left half shown is completed.
    """
    experiment = experiment_of(client, experiment_called or experiment_name(comparison["pipeline"]))
    moment = datetime.fromisoformat(comparison["frontier"])
    name = f"frontier {moment:%Y-%m-%d %H:%M}"
    own = tracked_run(client, experiment, COMPARISON_TAG, comparison["digest"], name)
    run = str(own.info.run_id)
    known, tags = children(client, experiment, run), _tags(comparison)
    for entry in comparison["entries"]:
        trial = entry["trial"]
        if entry["algorithm"] is not None:
            child = known.get(trial) or client.create_run(
                experiment, run_name=trial, tags=trial_tags(run, trial)
            )
            log_to_run(client, child.info.run_id, moment, _trial_metrics(entry), _trial_params(entry), tags)
            client.set_terminated(child.info.run_id, FINISHED)
    log_to_run(client, run, moment, _metrics(comparison), _params(comparison), tags)
    client.log_figure(run, comparison_picture(comparison), PICTURE)
    client.log_dict(run, comparison, COMPARISON)
    client.set_terminated(run, FINISHED)
    return {"comparison": comparison, "run": run, "experiment": experiment}


def trial_tags(parent: str, trial: str) -> dict[str, str]:
    """What makes a run the nested one of a trial."""
    return {PARENT_TAG: parent, TRIAL_TAG: trial}


def children(client: MlflowClient, experiment: str, parent: str) -> dict[str, Run]:
    """The nested runs that are there, by trial."""
    runs = client.search_runs([experiment], f"tags.`{PARENT_TAG}` = '{parent}'")
    return {run.data.tags[TRIAL_TAG]: run for run in runs if TRIAL_TAG in run.data.tags}


def _trial_metrics(entry: dict[str, Any]) -> list[Step]:
    """Pooled figures by their plain names, those of each fold as `fold/<figure>`, the fold being the step."""
    found = [(name, value, 0) for name, value in {**entry["figures"], "seconds": entry["seconds"]}.items()]
    for fold, figures in enumerate(entry["folds"], start=1):
        found += [(f"fold/{name}", value, fold) for name, value in figures.items()]
        found.append(("fold/seconds", entry["seconds_by_fold"][fold - 1], fold))
    for figure, interval in entry["differences"].items():
        found += [(f"{figure}_difference_{end}", interval[end], 0) for end in ("mean", "low", "high")]
    return found


def _trial_params(entry: dict[str, Any]) -> dict[str, Any]:
    return {"algorithm": entry["algorithm"], **entry["parameters"]}


def _metrics(comparison: dict[str, Any]) -> list[Step]:
    """The best trial's figures by their plain names, those of the baselines as `<name>/<figure>`."""
    trials = [entry for entry in comparison["entries"] if entry["algorithm"] is not None]
    found = {**trials[0]["figures"], "rows": comparison["rows"], "days": comparison["days"]}
    for entry in comparison["entries"]:
        if entry["algorithm"] is None:
            found |= {f"{entry['trial']}/{name}": value for name, value in entry["figures"].items()}
    return [(name, float(value), 0) for name, value in found.items()]


def _params(comparison: dict[str, Any]) -> dict[str, Any]:
    trials = [entry["trial"] for entry in comparison["entries"] if entry["algorithm"] is not None]
    return {"folds": len(comparison["folds"]), "trials": len(trials), "best": trials[0]}


def _tags(comparison: dict[str, Any]) -> dict[str, Any]:
    pins = {f"headgate.pin.{table}": version for table, version in comparison["pins"].items()}
    return {**pins, **{f"headgate.{name}": comparison[name] for name in ("frontier", "spec", "code")}}
