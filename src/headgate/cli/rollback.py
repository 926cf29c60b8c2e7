"""`headgate rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.cli.go_back import go_back, plan_lines
from headgate.cli.progress import open_progress
from headgate.cli.running_stack import require_running
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient


def rollback(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    to: Annotated[int, typer.Option("--to", min=1, help="The release to go back to.")],
    why: Annotated[str, typer.Option("--why", help="The reason, which goes on record.")] = "",
    tables: Annotated[
        bool, typer.Option("--tables", help="Silver and gold too: what was published with that release.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")
    ] = False,
) -> None:
    """Let the model of an earlier release serve again; with --tables its tables too.

    A run of the DAG PIPELINE_rollback does it: Airflow says who may, and the release log says who did.
    With --tables hours wait until what the tables lack is derived again; the command for that is printed.
    """
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    require_running(settings)
    with open_progress() as progress:
        for line in plan_lines(settings, loaded, to, tables=tables):
            progress.say(line)
        if dry_run:
            progress.say("Nothing was changed.")
            return
        with AirflowClient(settings) as client:
            go_back(settings, client, loaded, to, why, progress, tables=tables)
