"""Run hours of a pipeline as an Airflow backfill, the way the form in Airflow's UI does."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, Literal

from headgate.airflow.names import hourly_dag_id
from headgate.cli.airflow_runs import open_runs
from headgate.cli.hour_option import hour_text
from headgate.cli.progress import Progress
from headgate.cli.run_again import run_again
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.pipeline import Pipeline
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.errors import AirflowRefused

Reprocess = Literal["none", "completed", "failed"]
DAG_SECONDS = 180.0
CLOSE_SECONDS = 90.0
STUCK_TOLD = 10
"""How many stuck runs are told at most."""


class HoursRefused(HeadgateError):
    """The hours cannot be run: they lie outside the schedule, or there is nothing to do."""


class BackfillActive(HeadgateError):
    """Another backfill of the pipeline is at work, and Airflow has one at a time."""

    def __init__(self, pipeline: str, first: datetime, last: datetime, address: str) -> None:
        super().__init__(
            f"a backfill of {pipeline} from {hour_text(first)} to {hour_text(last)} is still at work",
            address,
            "nothing was started",
            "wait for it, or cancel it on the DAG's page in Airflow, then repeat the command",
        )


class RunsStuck(HeadgateError):
    """Runs of a cancelled backfill were cleared: Airflow keeps them queued and never starts them."""

    def __init__(
        self, pipeline: str, first: datetime, last: datetime, stuck: list[str], address: str
    ) -> None:
        hours = f"--from {hour_text(first)} --to {hour_text(last)}"
        one = len(stuck) == 1
        super().__init__(
            f"the {'run' if one else 'runs'} of {', '.join(stuck)} {'stays' if one else 'stay'} queued: "
            f"{'its' if one else 'their'} backfill was cancelled, and Airflow starts no run of it any more",
            address,
            "nothing was started",
            f"mark {'it' if one else 'them'} as failed on the DAG's page, then "
            f"./headgate run {pipeline} {hours} --reprocess failed",
        )


class DagMissing(HeadgateError):
    """Airflow does not know the pipeline's DAG."""

    def __init__(self, dag_id: str, pipeline: str, errors: list[str]) -> None:
        found = "".join(f"\n  | {line}" for error in errors for line in error.splitlines()[-8:])
        super().__init__(
            f"Airflow has no DAG {dag_id}; its import errors:{found}"
            if found
            else f"Airflow has no DAG {dag_id}, and no import errors",
            "dags/hourly.py",
            "nothing was started",
            f"./headgate check {pipeline}",
        )


def check_hours(pipeline: Pipeline, first: datetime, last: datetime) -> None:
    """Raise HoursRefused where the hours first..last are not all within the schedule."""
    name, start, end = pipeline.pipeline, pipeline.schedule.start, pipeline.schedule.end
    latest = min(end or datetime.max.replace(tzinfo=UTC), datetime.now(UTC)) - HOUR
    known = f"{name} has hours from {hour_text(start)} to {hour_text(latest)}"
    if first > last:
        what = f"the first hour, {hour_text(first)}, lies after the last, {hour_text(last)}"
    elif first < start:
        what = f"{hour_text(first)} lies before the schedule: {known}"
    elif last > latest:
        what = f"{hour_text(last)} lies beyond the schedule: {known}"
    else:
        return
    within = sorted(max(start, min(hour, latest)) for hour in (first, last))
    raise HoursRefused(
        what,
        f"pipelines/{name}/pipeline.yaml, schedule",
        "nothing was started",
        f"./headgate run {name} --from {hour_text(within[0])} --to {hour_text(within[1])}",
    )


def active_backfill(client: AirflowClient, pipeline: str) -> dict[str, Any] | None:
    """The pipeline's backfill that Airflow has not closed yet, with `from_date` and `to_date`."""
    found = client.get("/backfills", dag_id=hourly_dag_id(pipeline), order_by="-id", limit=10)
    active: list[dict[str, Any]] = [entry for entry in found["backfills"] if entry["completed_at"] is None]
    return active[0] if active else None


def backfill_hours(backfill: dict[str, Any]) -> tuple[datetime, datetime]:
    """The first and the last hour of a backfill."""
    return datetime.fromisoformat(backfill["from_date"]), datetime.fromisoformat(backfill["to_date"])


def wait_for_dag(client: AirflowClient, pipeline: str, dag_id: str | None = None) -> None:
    """Wait until Airflow has read a DAG of the pipeline, the hourly one unless another is named.

    The pipeline may be new. Raises DagMissing.
    """
    dag_id = dag_id or hourly_dag_id(pipeline)
    limit = time.monotonic() + DAG_SECONDS
    while True:
        try:
            dag = client.get(f"/dags/{dag_id}")
        except AirflowRefused as error:
            if error.status != 404:
                raise
        else:
            if not dag["is_stale"]:
                return
        if time.monotonic() > limit:
            errors = client.all("/importErrors", "import_errors")
            raise DagMissing(dag_id, pipeline, [error["stack_trace"] for error in errors])
        time.sleep(1)


def wait_for_last_backfill(client: AirflowClient, pipeline: str, address: str, progress: Progress) -> None:
    """Wait until Airflow has closed the last backfill, which it does up to half a minute after its last run.

    Raises BackfillActive where runs of it are still to come.
    """
    limit, told = time.monotonic() + CLOSE_SECONDS, False
    while (active := active_backfill(client, pipeline)) is not None:
        hours = backfill_hours(active)
        if open_runs(client, hourly_dag_id(pipeline), hours) or time.monotonic() > limit:
            raise BackfillActive(pipeline, *hours, address)
        if not told:
            progress.say("Airflow closes the last backfill; that takes up to 30 s")
            told = True
        time.sleep(1)


def require_none_stuck(
    client: AirflowClient, pipeline: str, first: datetime, last: datetime, address: str
) -> None:
    """Raise RunsStuck for queued runs of a backfill in these hours, where no backfill is active."""
    bounds = {"logical_date_gte": first.isoformat(), "logical_date_lte": last.isoformat()}
    path = f"/dags/{hourly_dag_id(pipeline)}/dagRuns"
    answer = client.get(path, state=["queued"], order_by="logical_date", limit=STUCK_TOLD, **bounds)
    stuck = [
        hour_text(datetime.fromisoformat(found["logical_date"]))
        for found in answer["dag_runs"]
        if found["run_type"] == "backfill"
    ]
    if stuck:
        raise RunsStuck(pipeline, first, last, stuck, address)


def start_backfill(
    client: AirflowClient, pipeline: str, first: datetime, last: datetime, reprocess: Reprocess, address: str
) -> int:
    """Create the backfill of the hours first..last, one run at a time; returns how many runs it has.

    Raises BackfillActive, and HoursRefused where all the hours have runs that `reprocess` leaves alone.
    """
    body = {
        "dag_id": hourly_dag_id(pipeline),
        "from_date": first.isoformat(),
        "to_date": last.isoformat(),
        "run_backwards": False,
        "reprocess_behavior": reprocess,
        "max_active_runs": 1,
    }
    hours = f"--from {hour_text(first)} --to {hour_text(last)}"
    runs: int = client.post("/backfills/dry_run", body)["total_entries"]
    if runs == 0:
        raise HoursRefused(
            f"there is nothing to do: every hour of {hours} has a run already",
            address,
            "nothing was started",
            run_again(pipeline, first, last),
        )
    try:
        client.post("/backfills", body)
    except AirflowRefused as error:
        active = active_backfill(client, pipeline)
        if error.status != 409 or active is None:
            raise
        raise BackfillActive(pipeline, *backfill_hours(active), address) from error
    return runs
