"""A comparison in MLflow: one run for it, one nested run a trial. Repeating it adds nothing."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.releases.comparison_picture import comparison_picture

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

COMPARISON = "comparison.json"
PICTURE = "comparison.png"
COMPARISON_TAG = "headgate.comparison"
TRIAL_TAG = "headgate.trial"
PARENT_TAG = "mlflow.parentRunId"
FINISHED = "FINISHED"


def experiment_name(pipeline: str) -> str:
    """The experiment that holds a pipeline's comparisons."""
    return f"{pipeline}_comparisons"


def finished_comparison(client: MlflowClient, pipeline: str, digest: str) -> dict[str, Any] | None:
    """`{"comparison", "run", "experiment"}` of the comparison with this digest, None where there is none."""
    experiment = client.get_experiment_by_name(experiment_name(pipeline))
    if experiment is None:
        return None
    run = _tagged(client, experiment.experiment_id, COMPARISON_TAG, digest)
    if run is None or run.info.status != FINISHED:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = client.download_artifacts(run.info.run_id, COMPARISON, folder)
        comparison = json.loads(Path(path).read_text(encoding="utf-8"))
    return {"comparison": comparison, "run": run.info.run_id, "experiment": experiment.experiment_id}


def show_comparison(client: MlflowClient, comparison: dict[str, Any]) -> dict[str, Any]:
    """Bring MLflow to the comparison; returns what `finished_comparison` does.

    Runs are found by their tags, so what a killed process left half shown is completed.
    """
    name = experiment_name(comparison["pipeline"])
    found = client.get_experiment_by_name(name)
    experiment = found.experiment_id if found else client.create_experiment(name)
    moment = datetime.fromisoformat(comparison["frontier"])
    run = _run(client, experiment, comparison["digest"], f"frontier {moment:%Y-%m-%d %H:%M}")
    children, tags = _children(client, experiment, run), _tags(comparison)
    for entry in comparison["entries"]:
        trial = entry["trial"]
        if entry["algorithm"] is not None:
            place = {PARENT_TAG: run, TRIAL_TAG: trial}
            child = children.get(trial) or client.create_run(experiment, run_name=trial, tags=place)
            _log(client, child.info.run_id, moment, _trial_metrics(entry), _trial_params(entry), tags)
            client.set_terminated(child.info.run_id, FINISHED)
    _log(client, run, moment, _metrics(comparison), _params(comparison), tags)
    client.log_figure(run, comparison_picture(comparison), PICTURE)
    client.log_dict(run, comparison, COMPARISON)
    client.set_terminated(run, FINISHED)
    return {"comparison": comparison, "run": run, "experiment": experiment}


def _tagged(client: MlflowClient, experiment: str, tag: str, value: str) -> Run | None:
    runs = client.search_runs([experiment], f"tags.`{tag}` = '{value}'", order_by=["attributes.start_time"])
    return runs[0] if runs else None


def _run(client: MlflowClient, experiment: str, digest: str, name: str) -> str:
    """The comparison's own run, made where it is missing."""
    found = _tagged(client, experiment, COMPARISON_TAG, digest)
    run = found or client.create_run(experiment, run_name=name, tags={COMPARISON_TAG: digest})
    return str(run.info.run_id)


def _children(client: MlflowClient, experiment: str, parent: str) -> dict[str, Run]:
    """The nested runs that are there, by trial."""
    runs = client.search_runs([experiment], f"tags.`{PARENT_TAG}` = '{parent}'")
    return {run.data.tags[TRIAL_TAG]: run for run in runs if TRIAL_TAG in run.data.tags}


Step = tuple[str, float, int]
"""A metric's name, value and step: 0, or the fold."""


def _log(
    client: MlflowClient,
    run: str,
    moment: datetime,
    metrics: list[Step],
    params: dict[str, Any],
    tags: dict[str, Any],
) -> None:
    from mlflow.entities import Metric, Param, RunTag

    at = int(moment.timestamp() * 1000)
    client.log_batch(
        run,
        metrics=[Metric(name, value, at, step) for name, value, step in metrics],
        params=[Param(name, str(value)) for name, value in params.items()],
        tags=[RunTag(name, str(value)) for name, value in tags.items()],
    )


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
