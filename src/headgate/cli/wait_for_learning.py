"""Wait until what the published hours brought is learned, evaluated and decided."""

from __future__ import annotations

import time
from collections.abc import Sequence

from headgate.airflow.names import learn_dag_id, promote_dag_id
from headgate.cli.airflow_runs import Run, Task, all_runs, tasks_of
from headgate.cli.failed_run import run_failed
from headgate.cli.progress import Progress
from headgate.cli.watch import INTERVAL, Ended, Watch
from headgate.spec.errors import HeadgateError
from headgate.stack.airflow_client import AirflowClient

TRIGGER_SECONDS = 120.0


class LearningNotTriggered(HeadgateError):
    """Examples were published, but Airflow starts no learning run for them."""

    def __init__(self, dag_id: str, address: str) -> None:
        super().__init__(
            f"no run of {dag_id} came for the published examples within {TRIGGER_SECONDS:.0f} s",
            address,
            "the published hours stay published",
            "./headgate doctor; the DAG may be paused: unpause it on its page",
        )


def wait_for_learning(client: AirflowClient, airflow: str, pipeline: str, progress: Progress) -> list[Ended]:
    """Follow the learning runs and the promotions that they start, until none is to come.

    `airflow` is the address of the UI. Returns the runs that ended meanwhile. Raises RunFailed, also where
    the latest run failed before, and LearningNotTriggered.
    """
    learn, promote = learn_dag_id(pipeline), promote_dag_id(pipeline)
    watches = [Watch(client, learn, progress, _words), Watch(client, promote, progress, _words)]
    last_busy = time.monotonic()
    while True:
        to_come = _run_to_come(client, learn)  # asked first, so that no run starts unseen in between
        looks = [watch.look() for watch in watches]
        if any(looks):
            last_busy = time.monotonic()
        elif not to_come:
            break
        elif time.monotonic() > last_busy + TRIGGER_SECONDS:
            raise LearningNotTriggered(learn, f"{airflow}/dags/{learn}")
        time.sleep(INTERVAL)
    watches[1].until_quiet()
    for watch in watches:
        _require_success(client, airflow, watch)
    return [entry for watch in watches for entry in watch.ended]


def _run_to_come(client: AirflowClient, dag_id: str) -> bool:
    """Whether Airflow keeps an event for which it has not started a run of the learning DAG yet."""
    return bool(client.get(f"/dags/{dag_id}/assets/queuedEvents")["queued_events"])


def _require_success(client: AirflowClient, airflow: str, watch: Watch) -> None:
    """Raise RunFailed where the latest run of the DAG failed."""
    runs = all_runs(client, watch.dag_id)
    if not runs or runs[-1].state != "failed":
        return
    seen = {entry.run.run_id: entry for entry in watch.ended}
    latest = seen.get(runs[-1].run_id)
    task = latest.failed_task if latest else _failed_task(client, runs[-1])
    how = "mend the cause, clear the failed task on the run's page, then repeat the command"
    raise run_failed(client, airflow, runs[-1], task, how)


def _failed_task(client: AirflowClient, run: Run) -> Task | None:
    return next((task for task in tasks_of(client, run) if task.state == "failed"), None)


def _words(run: Run, tasks: Sequence[Task]) -> str:
    if run.state != "success":
        return run.state
    skipped = [task.task_id for task in tasks if task.state == "skipped"]
    if "wait_until_quiet" in skipped:
        return "left to the next run"
    return "nothing new" if "changed" in skipped else "done"
