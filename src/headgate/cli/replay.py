"""`headgate replay`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from headgate.airflow.names import replay_dag_id
from headgate.cli.exit_codes import INTERRUPTED
from headgate.cli.hour_option import FROM, TO
from headgate.cli.progress import open_progress
from headgate.cli.replay_hours import replay_hours
from headgate.cli.running_stack import require_running
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


class Layer(StrEnum):
    """The layers that can be read for a replay."""

    bronze = "bronze"
    silver = "silver"


def replay(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    first: Annotated[datetime, FROM],
    last: Annotated[datetime, TO],
    layer: Annotated[
        Layer, typer.Option(help="The layer to read: those after it are derived again.")
    ] = Layer.bronze,
) -> None:
    """Derive hours that are done again, in one pass a hop, and wait for it.

    The same stage, gate and publish as an hour's run, and the same rows; what comes out the same changes
    nothing. Hours are named by their start, in UTC. Ctrl-C ends the waiting, not the replay.
    """
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    require_running(settings)
    with AirflowClient(settings) as client, open_progress() as progress:
        try:
            ended = replay_hours(settings, client, loaded, first, last, layer.value, progress)
        except KeyboardInterrupt as stop:
            address = f"{addresses(settings).airflow}/dags/{replay_dag_id(pipeline)}"
            progress.say("The waiting has ended; the replay goes on in Airflow.")
            progress.say(f"  to see or to stop it: {address}")
            raise typer.Exit(INTERRUPTED) from stop
        progress.say(f"derived again in {ended.run.seconds or 0.0:.1f} s")
