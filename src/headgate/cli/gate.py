"""`headgate gate`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from headgate.cli.decide_gate import decide_gate
from headgate.cli.hour_option import parse_hour
from headgate.cli.progress import open_progress
from headgate.cli.running_stack import require_running
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient

GROUP = typer.Typer(
    name="gate", no_args_is_help=True, help="Decide about a closed gate; who and why goes on record."
)

PipelineName = Annotated[str, typer.Argument(help="A folder of pipelines/.")]
Why = Annotated[str, typer.Option("--why", help="The reason, which goes on record.")]
Hour = Annotated[
    datetime | None,
    typer.Option(
        "--hour", parser=parse_hour, metavar="HOUR", help="The closed gate's hour, where there are several."
    ),
]


@GROUP.command()
def accept(pipeline: PipelineName, why: Why, hour: Hour = None) -> None:
    """Publish what closed a gate as it is: the very bytes that were judged, and no others."""
    _decide(pipeline, "accept", why, hour)


@GROUP.command()
def divert(pipeline: PipelineName, why: Why, hour: Hour = None) -> None:
    """Put the rows or files that closed a gate aside, and publish the rest of the hour."""
    _decide(pipeline, "divert", why, hour)


def _decide(pipeline: str, decision: Literal["accept", "divert"], why: str, hour: datetime | None) -> None:
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    require_running(settings)
    with AirflowClient(settings) as client, open_progress() as progress:
        decide_gate(settings, client, loaded, decision, why, hour, progress)
