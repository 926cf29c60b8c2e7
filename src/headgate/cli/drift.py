"""`headgate drift`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from headgate.cli.whole_table import print_whole
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings


class NothingChecked(HeadgateError):
    """No day of the pipeline has been checked for drift yet."""


def drift(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    days: Annotated[int, typer.Option(min=1, help="So many of the latest days.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Show how far each day's data and scores lie from what the champion learned from.

    A day is checked by the learning DAG once it is over. The stack need not run.
    """
    from headgate.cli.drift_text import drift_table
    from headgate.monitoring.drift_log import drift_days

    settings = Settings()
    load_pipeline(settings, pipeline)
    found = drift_days(settings, pipeline)[-days:]
    if not found:
        raise NothingChecked(
            f"No day of {pipeline} has been checked for drift yet.",
            where=f"{pipeline}_ops.drift",
            left="nothing was checked now",
            next_command=f"The DAG {pipeline}_learn checks each day that is over, once a champion serves: "
            "./headgate status",
        )
    if as_json:
        values = [
            {
                **asdict(day),
                "day": day.day.isoformat(),
                "columns": [{**asdict(one), "drifted": one.drifted} for one in day.columns],
            }
            for day in found
        ]
        typer.echo(json.dumps({"pipeline": pipeline, "days": values}, allow_nan=False))
        return
    print_whole(drift_table(found))
    typer.echo(found[-1].verdict)
