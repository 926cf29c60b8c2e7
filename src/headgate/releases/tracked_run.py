"""A run in MLflow that is found again by its tag, so that what a kill left half shown is completed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

FINISHED = "FINISHED"
Step = tuple[str, float, int]
"""A metric's name, value and step."""


def experiment_of(client: MlflowClient, name: str) -> str:
    """The id of the experiment of this name, made where it is missing."""
    found = client.get_experiment_by_name(name)
    return str(found.experiment_id if found else client.create_experiment(name))


def tagged_run(client: MlflowClient, experiment: str, tag: str, value: str) -> Run | None:
    """The oldest run of an experiment with this tag."""
    runs = client.search_runs([experiment], f"tags.`{tag}` = '{value}'", order_by=["attributes.start_time"])
    return runs[0] if runs else None


def tracked_run(client: MlflowClient, experiment: str, tag: str, value: str, name: str) -> Run:
    """The same, made under `name` where it is missing."""
    found = tagged_run(client, experiment, tag, value)
    return found or client.create_run(experiment, run_name=name, tags={tag: value})


def log_to_run(
    client: MlflowClient,
    run: str,
    moment: datetime,
    metrics: list[Step],
    params: dict[str, Any],
    tags: dict[str, Any],
) -> None:
    """Log metrics as of `moment`, parameters and tags; repeating it changes nothing."""
    from mlflow.entities import Metric, Param, RunTag

    at = int(moment.timestamp() * 1000)
    client.log_batch(
        run,
        metrics=[Metric(name, value, at, step) for name, value, step in metrics],
        params=[Param(name, str(value)) for name, value in params.items()],
        tags=[RunTag(name, str(value)) for name, value in tags.items()],
    )
