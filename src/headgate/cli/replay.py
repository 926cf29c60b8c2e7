"""`headgate replay`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from headgate.airflow.names import replay_dag_id
from headgate.cli.exit_codes import INTERRUPTED
from headgate.cli.hour_option import FROM, TO, parse_hour
from headgate.cli.progress import open_progress
from headgate.cli.replay_hours import replay_hours
from headgate.cli.running_stack import require_running
from headgate.hops.ledger import Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient


class WhichHours(HeadgateError):
    """A replay that does not say, in one way, which hours it is about."""


class Layer(StrEnum):
    """The layers that can be read for a replay."""

    bronze = "bronze"
    silver = "silver"


def replay(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    first: Annotated[datetime | None, FROM] = None,
    last: Annotated[datetime | None, TO] = None,
    layer: Annotated[
        Layer, typer.Option(help="The layer to read: those after it are derived again.")
    ] = Layer.bronze,
    restamp: Annotated[
        datetime | None,
        typer.Option(
            "--restamp",
            parser=parse_hour,
            metavar="HOUR",
            help="Treat what was committed from this hour on, and came late, as known in time.",
        ),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="For --restamp: the reason, which goes on record.")] = "",
) -> None:
    """Derive hours that are done again, in one pass a hop, and wait for it.

    The same stage, gate and publish as an hour's run, and the same rows; what comes out the same changes
    nothing. Hours are named by their start, in UTC. Ctrl-C ends the waiting, not the replay.

    With --restamp in the place of --from and --to, everything from that hour on is derived again as if the
    files that came late had come in time: features of the past change, on record.
    """
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    first, last = _hours(settings, loaded, first, last, layer, restamp, why)
    require_running(settings)
    with AirflowClient(settings) as client, open_progress() as progress:
        try:
            ended = replay_hours(
                settings, client, loaded, first, last, layer.value, progress, restamp=why if restamp else None
            )
        except KeyboardInterrupt as stop:
            address = f"{addresses(settings).airflow}/dags/{replay_dag_id(pipeline)}"
            progress.say("The waiting has ended; the replay goes on in Airflow.")
            progress.say(f"  to see or to stop it: {address}")
            raise typer.Exit(INTERRUPTED) from stop
        progress.say(f"derived again in {ended.run.seconds or 0.0:.1f} s")


def _hours(
    settings: Settings,
    loaded: LoadedPipeline,
    first: datetime | None,
    last: datetime | None,
    layer: Layer,
    restamp: datetime | None,
    why: str,
) -> tuple[datetime, datetime]:
    """The hours that are meant. Raises WhichHours."""
    name = loaded.spec.pipeline
    if restamp is None:
        if first is not None and last is not None and not why:
            return first, last
        problem = "--why goes with --restamp" if why else "a replay names its first and its last hour"
        way = f"./headgate replay {name} --from HOUR --to HOUR"
    elif first is None and last is None and layer is Layer.bronze and why.strip():
        done = Ledger(settings, name, loaded.spec.hops[-1]).last_hour_done()
        return restamp, done or restamp
    else:
        problem = "--restamp says why, and takes the place of --from, --to and --layer"
        way = f'./headgate replay {name} --restamp {restamp:%Y-%m-%dT%H} --why "..."'
    raise WhichHours(problem, left="Nothing was started.", next_command=way)
