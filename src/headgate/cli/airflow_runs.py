"""DAG runs, their tasks and logs, as Airflow's REST API shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from headgate.stack.airflow_client import AirflowClient

PAGE = 100
OPEN_STATES = ("queued", "running")
FOLDS = ("::group::", "::endgroup::")
"""Marks around what the UI folds away: Airflow's own, but for why a task was skipped, after the task."""


@dataclass(frozen=True)
class Run:
    """One DAG run; `hour` is its logical date, None for a run without one."""

    dag_id: str
    run_id: str
    hour: datetime | None
    state: str
    seconds: float | None

    @property
    def over(self) -> bool:
        """Whether the run has come to its end, good or bad."""
        return self.state not in OPEN_STATES

    @property
    def path(self) -> str:
        """Where the run is in the REST API."""
        return f"/dags/{self.dag_id}/dagRuns/{quote(self.run_id, safe='')}"


@dataclass(frozen=True)
class Task:
    """One task of a run. `state` is empty while the task waits for those before it."""

    task_id: str
    state: str
    seconds: float | None
    tries: int
    started: str


def open_runs(client: AirflowClient, dag_id: str, hours: Sequence[datetime] | None = None) -> list[Run]:
    """The queued and running runs, the earliest first, at most a page of them.

    `hours` (first, last) limits them to the runs of those hours, both included.
    """
    answer = client.get(f"/dags/{dag_id}/dagRuns", limit=PAGE, state=list(OPEN_STATES), **_bounds(hours))
    return [run_of_answer(found) for found in answer["dag_runs"]]


def all_runs(client: AirflowClient, dag_id: str, hours: Sequence[datetime] | None = None) -> list[Run]:
    """All runs, the earliest first."""
    return [
        run_of_answer(found) for found in client.all(f"/dags/{dag_id}/dagRuns", "dag_runs", **_bounds(hours))
    ]


def read_run(client: AirflowClient, run: Run) -> Run:
    """The run as it is now."""
    return run_of_answer(client.get(run.path))


def run_of_answer(answer: dict[str, Any]) -> Run:
    """The run that the API's answer describes."""
    hour = answer["logical_date"]
    return Run(
        answer["dag_id"],
        answer["dag_run_id"],
        datetime.fromisoformat(hour) if hour else None,
        answer["state"],
        answer["duration"],
    )


def tasks_of(client: AirflowClient, run: Run) -> list[Task]:
    """The tasks of a run in the order in which they started; those that have not come last."""
    found = [_task(task) for task in client.all(f"{run.path}/taskInstances", "task_instances")]
    return sorted(found, key=lambda task: (not task.started, task.started))


def log_tail(client: AirflowClient, run: Run, task: Task, lines: int) -> list[str]:
    """The last lines of a task's last try, the error's own text at the end."""
    answer = client.get(
        f"{run.path}/taskInstances/{task.task_id}/logs/{max(task.tries, 1)}", full_content=True
    )
    found: list[str] = []
    folded = False
    for entry in answer["content"]:
        text = entry if isinstance(entry, str) else str(entry.get("event", ""))
        if text.startswith(FOLDS):
            folded = text.startswith("::group::") and text != "::group::Post Execute"
        elif not folded:
            found += text.splitlines() if isinstance(entry, str) else _log_lines(entry)
    return found[-lines:]


def _log_lines(entry: dict[str, Any]) -> list[str]:
    found = f"{entry.get('event', '')} {entry.get('reason', '')}".strip().splitlines()
    for error in entry.get("error_detail") or []:
        found += f"{error.get('exc_type')}: {error.get('exc_value')}".splitlines()
    return found


def _bounds(hours: Sequence[datetime] | None) -> dict[str, Any]:
    if hours is None:
        return {"order_by": "run_after"}
    first, last = hours
    return {
        "order_by": "logical_date",
        "logical_date_gte": first.isoformat(),
        "logical_date_lte": last.isoformat(),
    }


def _task(found: dict[str, Any]) -> Task:
    return Task(
        found["task_id"],
        found["state"] or "",
        found["duration"],
        found["try_number"],
        found["start_date"] or "",
    )
