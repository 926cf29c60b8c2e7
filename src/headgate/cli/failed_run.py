"""A run that failed, told so that one can go on: the task, the end of its log, the next command."""

from __future__ import annotations

from urllib.parse import quote

from headgate.cli.airflow_runs import Run, Task, log_tail
from headgate.spec.errors import HeadgateError
from headgate.stack.airflow_client import AirflowClient

LINES = 25


class RunFailed(HeadgateError):
    """A run of a DAG failed; carries the end of the failed task's log."""

    def __init__(
        self, run: Run, task: Task | None, lines: list[str], address: str, next_command: str
    ) -> None:
        place = f" at {run.hour:%Y-%m-%d %H:%M}" if run.hour else ""
        log = "".join(f"\n  | {line}" for line in lines)
        super().__init__(
            f"{run.dag_id} failed{place}: task {task.task_id}; the last lines of its log:{log}"
            if task
            else f"{run.dag_id} failed{place}: the run was ended before a task failed",
            address,
            "what was published before stays published",
            next_command,
        )


def run_failed(
    client: AirflowClient, airflow: str, run: Run, task: Task | None, next_command: str
) -> RunFailed:
    """Read the failed task's log and make the error; `airflow` is the address of the UI."""
    address = f"{airflow}/dags/{run.dag_id}/runs/{quote(run.run_id, safe='')}"
    if task is None:
        return RunFailed(run, None, [], address, next_command)
    lines = log_tail(client, run, task, LINES)
    return RunFailed(run, task, lines, f"{address}/tasks/{task.task_id}", next_command)
