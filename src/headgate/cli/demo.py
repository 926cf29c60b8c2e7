"""`headgate demo`."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from headgate.airflow.names import hourly_dag_id
from headgate.cli.airflow_runs import all_runs
from headgate.cli.backfill import active_backfill, backfill_hours
from headgate.cli.exit_codes import INTERRUPTED
from headgate.cli.hour_option import hour_text
from headgate.cli.progress import Progress, open_progress
from headgate.cli.run_hours import follow_hours, run_hours
from headgate.cli.summary import summarise
from headgate.cli.summary_text import summary_lines
from headgate.cli.wait_for_learning import wait_for_learning
from headgate.hops.ledger import Ledger
from headgate.spec.command import as_typed
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.layout import Layout
from headgate.stack.secrets import AIRFLOW_USER, read_secrets
from headgate.stack.served_stack import served_stack
from headgate.stack.start import only_one, start_stack
from headgate.stack.stop import stop_stack

PIPELINE = "flights"
LOAD_AT = datetime(2013, 1, 1, tzinfo=UTC)
BACKLOG_HOUR = datetime(2013, 1, 28, 23, tzinfo=UTC)
"""Its run takes everything up to the end of this hour: four weeks, as one range."""


class NoChampion(HeadgateError):
    """Everything ran, but no candidate was good enough to serve."""


def demo(
    hours: Annotated[int, typer.Option(min=0, help="Hours to run after the four weeks of backlog.")] = 6,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="End with the summary as one JSON object, also where there is no champion."
        ),
    ] = False,
    keep_up: Annotated[bool, typer.Option(help="Leave the stack running at the end.")] = True,
) -> None:
    """Bring real flights from landing files to a promoted champion.

    Starts the stack, writes the sample (New York's flights of 2013 as a database's change files), runs four
    weeks of backlog as one range, then hour by hour, and waits until a model is learned and promoted. Run
    again, it goes on where it stopped.
    """
    settings, begun = Settings(), time.monotonic()
    loaded = load_pipeline(settings, PIPELINE)
    last = BACKLOG_HOUR + hours * HOUR
    with open_progress() as progress:
        try:
            _run(settings, loaded, last, progress)
        except KeyboardInterrupt as stop:
            progress.say("The waiting has ended; what was started goes on. Next: ./headgate demo")
            raise typer.Exit(INTERRUPTED) from stop
    found = summarise(settings, loaded)
    found["seconds"] = round(time.monotonic() - begun, 1)
    _show(settings, found)
    if as_json:
        typer.echo(json.dumps(found))
    if found["champion"] is None:
        raise _no_champion(found)
    if not keep_up and served_stack() is None:
        with only_one(Layout.of(settings)):
            stop_stack(Layout.of(settings))


def _run(settings: Settings, loaded: LoadedPipeline, last: datetime, progress: Progress) -> None:
    if served_stack() is None:
        progress.say("Starting the stack")
        start_stack(settings, lambda line: progress.say(f"  {line}"))
    _write_sample(settings, loaded, last + HOUR, progress)
    with AirflowClient(settings) as client:
        _run_what_is_left(settings, client, loaded, last, progress)
        progress.say("Learning")
        wait_for_learning(client, addresses(settings).airflow, PIPELINE, progress)


def _write_sample(settings: Settings, loaded: LoadedPipeline, until: datetime, progress: Progress) -> None:
    write_sample = load_transform(loaded, "sample", "write_sample")
    counts = write_sample(settings.landing / PIPELINE, LOAD_AT, until, LOAD_AT)
    progress.say(f"Landing files: {counts['written']:,} written, {counts['unchanged']:,} there already")


def _run_what_is_left(
    settings: Settings, client: AirflowClient, loaded: LoadedPipeline, last: datetime, progress: Progress
) -> None:
    """Follow a backfill that an interrupted demo left at work, then run the hours that are still open."""
    active = active_backfill(client, PIPELINE)
    if active is not None:
        follow_hours(settings, client, loaded, *backfill_hours(active), progress)
    done = Ledger(settings, PIPELINE, loaded.spec.hops[-1]).last_hour_done()
    first = BACKLOG_HOUR if done is None else max(done + HOUR, BACKLOG_HOUR)
    if first > last:
        progress.say(f"Hours: all done up to {hour_text(last)}")
        return
    progress.say(f"Hours {hour_text(first)} to {hour_text(last)}, as an Airflow backfill")
    known = all_runs(client, hourly_dag_id(PIPELINE), (first, last))
    run_hours(settings, client, loaded, first, last, "completed" if known else "none", progress)


def _show(settings: Settings, found: dict[str, Any]) -> None:
    for line in summary_lines(found):
        typer.echo(line)
    if served_stack():
        typer.echo(
            f"  log in as {AIRFLOW_USER} with AIRFLOW_ADMIN_PASSWORD and MLFLOW_ADMIN_PASSWORD of .env"
        )
    else:
        secrets = Layout.of(settings).secrets
        password = read_secrets(secrets).airflow_password.get_secret_value()
        typer.echo(f"  log in as {AIRFLOW_USER} with {password} (kept in {secrets / 'airflow_password'})")
    following = './headgate query "SELECT * FROM flights_ops.hops"'
    typer.echo(f"Done in {found['seconds']:.0f} s. Next: {as_typed(following)}")


def _no_champion(found: dict[str, Any]) -> NoChampion:
    decision = found["decision"]
    reasons = (
        [r["said"] for r in decision["reasons"] if not r["passed"]] if decision else ["nothing was decided"]
    )
    return NoChampion(
        f"there is no champion: {'; '.join(reasons)}",
        found["urls"]["model"],
        "all hours are published",
        "look at the candidate in MLflow; with more hours a better one may come: ./headgate demo --hours 24",
    )
