"""`headgate releases`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from headgate.cli.reconciled import reconciled
from headgate.cli.release_text import facts_table, live_line, release_document, releases_table
from headgate.cli.running_stack import require_running
from headgate.cli.told_release import told_release
from headgate.cli.trial_text import trial_lines, trial_table
from headgate.cli.whole_table import print_whole
from headgate.releases.last_look import last_look
from headgate.releases.live import live_at
from headgate.releases.release_chain import breaks
from headgate.releases.release_rows import Release, releases
from headgate.releases.trials import on_trial
from headgate.spec.command import as_typed
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

GROUP = typer.Typer(
    name="releases", no_args_is_help=True, help="What served when, why, made of what, decided by whom."
)

PipelineName = Annotated[str, typer.Argument(help="A folder of pipelines/.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]


class NoSuchRelease(HeadgateError):
    """The release log has no such release."""


class LogChanged(HeadgateError):
    """The release log is not what was written."""


class OnClock(StrEnum):
    """On which clock a moment is meant: `Clock`."""

    data = "data"
    wall = "wall"


def moment(text: str) -> datetime:
    """A moment, in UTC where it names no zone. Raises typer.BadParameter."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no moment; write it like 2013-02-01 or 2013-02-01T07"
        ) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


@GROUP.command()
def list(pipeline: PipelineName, as_json: AsJson = False) -> None:
    """List every decision about what serves, the latest last."""
    history = _history(pipeline)
    if as_json:
        typer.echo(json.dumps([release_document(row) for row in history]))
        return
    print_whole(releases_table(history))


@GROUP.command()
def show(
    pipeline: PipelineName,
    release: Annotated[int, typer.Argument(min=1, help="The number of a release.")],
    as_json: AsJson = False,
) -> None:
    """Show one decision with its evidence: model, tables, code, gate reports, figures, who and why."""
    row = _release(pipeline, release)
    if as_json:
        typer.echo(json.dumps(release_document(row)))
        return
    print_whole(facts_table(row))


@GROUP.command()
def live(
    pipeline: PipelineName,
    at: Annotated[
        datetime | None,
        typer.Option("--at", parser=moment, metavar="MOMENT", help="2013-02-01T07, UTC; left out: now."),
    ] = None,
    clock: Annotated[
        OnClock, typer.Option(help="data: how far gold was published; wall: when it was decided.")
    ] = OnClock.data,
    as_json: AsJson = False,
) -> None:
    """Say which version was live at a moment, since when, by which decision, with which tables."""
    history = _history(pipeline)
    found = live_at(history, at or datetime.max.replace(tzinfo=UTC), clock.value)
    if as_json:
        typer.echo(json.dumps(release_document(found) if found else None))
        return
    typer.echo(live_line(pipeline, found, history))


@GROUP.command()
def trial(pipeline: PipelineName, as_json: AsJson = False) -> None:
    """Show how far the model on trial is: its days, the evidence after each, and what it still lacks."""
    settings, begun = Settings(), on_trial(_history(pipeline))
    found = last_look(settings, pipeline, begun.release) if begun else None
    if as_json:
        typer.echo(json.dumps(found))
        return
    if begun is None:
        typer.echo(as_typed(f"no model of {pipeline} is on trial; ./headgate challenge puts one there"))
        return
    for line in trial_lines(begun, found):
        typer.echo(line)
    if found and found["days"]:
        print_whole(trial_table(found))


@GROUP.command()
def verify(pipeline: PipelineName) -> None:
    """Check that no row of the release log was changed, removed or put in. Exits with 1 where one was.

    Each row carries the digest of the one before it; MLflow, where it runs, keeps the latest.
    """
    settings, history = Settings(), _history(pipeline)
    found = breaks(history)
    told = told_release(settings, pipeline)
    if told is not None:
        found += told.breaks(history)
    if found:
        raise LogChanged(
            f"the release log of {pipeline} is not what was written:\n  " + "\n  ".join(found),
            f"{pipeline}_ops.releases",
            "nothing was changed",
            f'./headgate query "DESCRIBE HISTORY {pipeline}_ops.releases", or a copy of the lake',
        )
    digest = history[-1].hash[:12] if history else "none"
    typer.echo(f"{len(history)} releases, none changed; the last digest is {digest}")
    if told is None:
        typer.echo("MLflow was not asked: it does not run, or was not told of a release yet")


@GROUP.command()
def reconcile(pipeline: PipelineName) -> None:
    """Repair what MLflow shows by what the model log and the release log say.

    Models are shown again whole, decisions on record are carried out. An alias that somebody moved is
    honoured and recorded. The learning DAG does the same before it learns.
    """
    settings = Settings()
    load_pipeline(settings, pipeline)
    require_running(settings)
    repaired = reconciled(settings, pipeline)
    for line in repaired:
        typer.echo(line)
    if not repaired:
        typer.echo("MLflow shows what the logs say; nothing was changed")


def _history(pipeline: str) -> Any:
    settings = Settings()
    load_pipeline(settings, pipeline)
    return releases(settings, pipeline)


def _release(pipeline: str, number: int) -> Release:
    history = _history(pipeline)
    found: Release | None = next((row for row in history if row.release == number), None)
    if found is None:
        there = f"its releases are 1 to {len(history)}" if history else "nothing was decided yet"
        raise NoSuchRelease(
            f"{pipeline} has no release {number}: {there}",
            f"{pipeline}_ops.releases",
            "nothing was changed",
            f"./headgate releases list {pipeline}",
        )
    return found
