"""Wait for one run of a DAG without hours."""

from __future__ import annotations

import time

from headgate.cli.airflow_runs import Run, read_run, tasks_of
from headgate.cli.failed_run import run_failed
from headgate.cli.watch import INTERVAL
from headgate.stack.airflow_client import AirflowClient


def await_run(client: AirflowClient, airflow: str, run: Run) -> None:
    """Return when the run has succeeded. Raises RunFailed; `airflow` is the address of the UI."""
    while not run.over:
        time.sleep(INTERVAL)
        run = read_run(client, run)
    if run.state != "success":
        failed = next((task for task in tasks_of(client, run) if task.state == "failed"), None)
        raise run_failed(client, airflow, run, failed, "follow the message above")
