"""`headgate forget`."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.cli.engine_query import engine_session
from headgate.cli.forget_through_airflow import forget_through_airflow
from headgate.cli.progress import open_progress
from headgate.cli.running_stack import require_running
from headgate.forgetting.subject import Subject, subject_of
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient


def forget(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    table: Annotated[str, typer.Argument(metavar="TABLE", help="The silver table, like flights.")],
    key: Annotated[list[str], typer.Argument(metavar="COLUMN=VALUE...", help="The row's whole key.")],
    why: Annotated[
        str, typer.Option("--why", help="The reason, which goes on record; it must not name the subject.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")
    ] = False,
) -> None:
    """Remove a subject from everything that is kept, derive again what depended on it, and certify it.

    A run of the DAG PIPELINE_forget does it: Airflow says who may, and the ledger says who did. Rows of other
    tables that name the subject go too. Earlier versions of the tables cannot be read afterwards. Asked for
    again, one that died goes on where it was.
    """
    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    subject = subject_of(loaded, table, key)
    require_running(settings)
    with open_progress() as progress:
        if dry_run:
            for line in _outlook(settings, loaded, subject):
                progress.say(line)
            progress.say("Nothing was changed.")
            return
        with AirflowClient(settings) as client:
            forget_through_airflow(settings, client, loaded, subject, why, progress)


def _outlook(settings: Settings, loaded: LoadedPipeline, subject: Subject) -> list[str]:
    from headgate.forgetting.outlook import outlook
    from headgate.forgetting.refusals import not_there
    from headgate.hops.ledger import Ledger

    pipeline = loaded.spec.pipeline
    with engine_session(settings) as session:
        ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
        found = outlook(session, settings, loaded, ledger, subject)
        if not found.found.rows:
            raise not_there(pipeline, subject.table)
        return list(found.lines())
