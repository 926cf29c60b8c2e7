"""The live figures in MLflow: a run of their own for each role, with a step a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from headgate.monitoring.live_day import LiveDay
from headgate.releases.tracked_run import experiment_of, tagged_run, tracked_run

if TYPE_CHECKING:
    from mlflow import MlflowClient

LIVE_TAG = "headgate.live"
"""On the run of the live figures: the role that they are of."""


def show_live(client: MlflowClient, pipeline: str, start: datetime, days: list[LiveDay]) -> Iterator[str]:
    """Bring MLflow to the days that are complete, and say what was added.

    Step n of the run `live <role>` is the n-th day after the schedule's `start`. A day is logged once it is
    complete, and then stays; where one has come to be another since (a changed label, a forgotten subject),
    the run is made again. So the run can be deleted at any time.
    """
    experiment = experiment_of(client, pipeline)
    for role in sorted({day.role for day in days}):
        wanted = {
            (f"live/{name}", (day.day - start.date()).days): (value, _end_of(day))
            for day in days
            if day.role == role and not day.provisional
            for name, value in {**day.figures, "labelled": float(day.labelled)}.items()
        }
        yield from _bring(client, experiment, role, wanted)


def _bring(
    client: MlflowClient, experiment: str, role: str, wanted: dict[tuple[str, int], tuple[float, int]]
) -> Iterator[str]:
    run = tagged_run(client, experiment, LIVE_TAG, role)
    if run is not None:
        there = {
            (name, found.step): found.value
            for name in run.data.metrics
            for found in client.get_metric_history(run.info.run_id, name)
        }
        if any(place not in wanted or wanted[place][0] != value for place, value in there.items()):
            client.delete_run(run.info.run_id)
            yield f"the live figures of the {role} changed since, so their run is made again"
        else:
            wanted = {place: value for place, value in wanted.items() if place not in there}
    if not wanted:
        return
    from mlflow.entities import Metric

    name = f"live {role}"
    run_id = tracked_run(client, experiment, LIVE_TAG, role, name).info.run_id
    metrics = [Metric(metric, value, at, step) for (metric, step), (value, at) in sorted(wanted.items())]
    for first in range(0, len(metrics), AT_ONCE):
        client.log_batch(run_id, metrics=metrics[first : first + AT_ONCE])
    yield f"{len({step for _, step in wanted})} days of live figures of the {role} are in MLflow"


AT_ONCE = 1000
"""Metrics that MLflow takes in one go."""


def _end_of(day: LiveDay) -> int:
    """The end of a day in milliseconds since 1970."""
    return int((datetime.combine(day.day, time(), UTC) + timedelta(days=1)).timestamp() * 1000)
