"""`headgate tune`."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from headgate.airflow.names import run_attempt, tune_dag_id
from headgate.airflow.timing import LONGEST_TUNING, TUNING_BUDGET
from headgate.cli.await_run import await_run
from headgate.cli.comparison_text import comparison_table
from headgate.cli.exit_codes import INTERRUPTED
from headgate.cli.progress import Progress
from headgate.cli.running_stack import require_running
from headgate.cli.start_run import start_run
from headgate.cli.tuning_text import tuning_lines
from headgate.cli.whole_table import print_whole
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


def tune(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    budget: Annotated[
        int, typer.Option(min=1, max=LONGEST_TUNING, help="Seconds to search for; a fit that has begun ends.")
    ] = TUNING_BUDGET,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Search for a better recipe than the one that serves, and put the winner on trial.

    A run of the DAG PIPELINE_tune does it, on the folds of `compare`; every trial is a run in MLflow. The
    champion serves on until the trial is decided. Ctrl-C ends the waiting, not the search.
    """
    settings = Settings()
    load_pipeline(settings, pipeline)
    require_running(settings)
    progress = Progress(Console(file=sys.stderr if as_json else sys.stdout))
    dag_id = tune_dag_id(pipeline)
    airflow = addresses(settings).airflow
    with AirflowClient(settings) as client:
        run = start_run(client, pipeline, dag_id, {"budget": budget})
        progress.say(f"Searching for {budget} s, then the winner is fitted: {airflow}/dags/{dag_id}")
        try:
            await_run(client, airflow, run)
        except KeyboardInterrupt as stop:
            progress.say("The waiting has ended; the search goes on in Airflow.")
            raise typer.Exit(INTERRUPTED) from stop
    tuning = _tuning(settings, pipeline, run_attempt(dag_id, run.run_id))
    if as_json:
        typer.echo(json.dumps(tuning))
        return
    print_whole(comparison_table(tuning))
    for line in tuning_lines(tuning):
        progress.say(line)


def _tuning(settings: Settings, pipeline: str, attempt: str) -> dict[str, Any]:
    from headgate.releases.tuning import tuning_path

    found: dict[str, Any] = json.loads(tuning_path(settings, pipeline, attempt).read_text(encoding="utf-8"))
    return found
