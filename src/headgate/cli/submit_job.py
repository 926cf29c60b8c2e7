"""Run a job file by spark-submit as the learning DAG does, in a Spark of its own that ends with the call."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from headgate.airflow.cluster import (
    DRIVER_MEMORY,
    cluster_configuration,
    cluster_environment,
    spark_submit,
)
from headgate.spec.settings import Settings
from headgate.stack.addresses import tracking_variables
from headgate.stack.environment import CLUSTER_MASTER, MARK, PART, stack_environment
from headgate.stack.errors import StackNotRunning
from headgate.stack.layout import Layout
from headgate.stack.leftovers import end_processes, processes_of
from headgate.stack.ports import read_ports
from headgate.stack.secrets import read_secrets
from headgate.stack.served_stack import served_stack

END_SECONDS = 5.0


def job_environment(settings: Settings) -> dict[str, str]:
    """The environment of a job beside the running stack. Raises StackNotRunning, NoJava."""
    quiet = {
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
    layout = Layout.of(settings)
    if served_stack():
        mark = {MARK: str(layout.home)}
        return {**os.environ, **tracking_variables(settings), **cluster_environment(), **quiet, **mark}
    ports = read_ports(layout.run / "ports.json")
    if ports is None:
        raise StackNotRunning(layout.home)
    environment = stack_environment(settings, ports, read_secrets(layout.secrets))
    return {**environment, **cluster_environment(), **quiet}


def submit_command(application: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The command line, with the settings of the learning DAG's task."""
    properties = [f"{name}={value}" for name, value in cluster_configuration(environment).items()]
    return [
        spark_submit(),
        *("--master", CLUSTER_MASTER, "--driver-memory", DRIVER_MEMORY, "--name", application.stem),
        *(word for setting in properties for word in ("--conf", setting)),
        str(application),
        *arguments,
    ]


def run_job(
    settings: Settings,
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    say: Callable[[str], None],
) -> int:
    """Run the command to its end and return the exit code; `say` hears each line of its output.

    What it writes to the standard error goes to `log`. However this call ends, by Ctrl-C too, no process of
    the job is left: they carry a mark, by which `./headgate down` finds them as well.
    """
    part = f"job-{os.getpid()}"
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            env={**environment, PART: part},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C reaches this process only, which then ends the job
        ) as process,
    ):
        try:
            assert process.stdout is not None
            for line in process.stdout:
                say(line.rstrip("\n"))
            return process.wait()
        finally:
            for _ in range(2):  # the second time for what the first ones started while they were ended
                left = [found.pid for found in processes_of(settings.home) if found.part == part]
                end_processes(left, END_SECONDS)
