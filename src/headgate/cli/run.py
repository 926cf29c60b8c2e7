"""`headgate run`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from headgate.airflow.names import hourly_dag_id
from headgate.cli.exit_codes import INTERRUPTED
from headgate.cli.hour_option import FROM, TO
from headgate.cli.progress import open_progress
from headgate.cli.run_hours import run_hours
from headgate.cli.running_stack import require_running
from headgate.cli.watch import Ended
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


class Which(StrEnum):
    """Which of the hours that have a run already are run again."""

    none = "none"
    completed = "completed"
    failed = "failed"


def run(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    first: Annotated[datetime, FROM],
    last: Annotated[datetime, TO],
    reprocess: Annotated[
        Which, typer.Option(help="Run hours again whose run failed, or every hour (completed).")
    ] = Which.none,
) -> None:
    """Run hours of a pipeline as an Airflow backfill, as the form in Airflow's UI does, and wait for them.

    Hours are named by their start, in UTC. Exits with 1 when an hour failed or waits behind a closed gate.
    Ctrl-C ends the waiting, not the backfill.
    """
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    require_running(settings)
    with AirflowClient(settings) as client, open_progress() as progress:
        try:
            ended = run_hours(settings, client, loaded, first, last, reprocess.value, progress)
        except KeyboardInterrupt as stop:
            address = f"{addresses(settings).airflow}/dags/{hourly_dag_id(pipeline)}"
            progress.say("The waiting has ended; the backfill goes on in Airflow.")
            progress.say(f"  to see or to cancel it: {address}")
            raise typer.Exit(INTERRUPTED) from stop
        progress.say(_summary(ended))


def _summary(ended: list[Ended]) -> str:
    seconds = sum(entry.run.seconds or 0.0 for entry in ended)
    return f"{len(ended)} {'hour' if len(ended) == 1 else 'hours'} published in {seconds:.1f} s"
