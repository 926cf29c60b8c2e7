"""`headgate bench`."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from headgate.cli.hour_option import hour_text, parse_hour
from headgate.spec.settings import REPOSITORY, Settings

YEAR = (datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 12, 31, 23, tzinfo=UTC))
"""The first and the last hour of the bundled pipeline's data."""


MONTH = 28 * 24
"""Hours of the span that is derived again: the backlog of the demo."""


class Measure(StrEnum):
    """What can be measured: each is a file in bench/."""

    hour = "hour"
    days = "days"
    replay = "replay"
    rules = "rules"
    promotion = "promotion"
    learn = "learn"
    pages = "pages"


SIX_WEEKS = 42
"""Days over which ways to learn are compared."""


class Method(StrEnum):
    """The ways to keep a model up to date that can be compared; bench/learn.py describes them."""

    ring = "ring"
    full = "full"
    subsample = "subsample"
    window = "window"
    static = "static"
    warm_start = "warm_start"
    river = "river"


class Each(StrEnum):
    """What one run of a day takes."""

    hour = "hour"
    day = "day"


def bench(
    measure: Annotated[Measure, typer.Argument(help="What to measure.")],
    hours: Annotated[int, typer.Option(min=12, help="hour, replay: hours to run after two to warm up.")] = 12,
    span: Annotated[int, typer.Option(min=1, help="replay: how many hours to derive again.")] = MONTH,
    days: Annotated[
        int | None, typer.Option(min=1, help=f"days: how many to go on, 1; learn: how many, {SIX_WEEKS}.")
    ] = None,
    each: Annotated[
        Each | None,
        typer.Option(help="days: a run for each hour, or one for the day; learn: an update for each day."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="learn: with how many seeds.")] = 3,
    method: Annotated[
        list[Method] | None,
        typer.Option(help="learn: a way to learn; may be repeated. All, where not given."),
    ] = None,
    flipped: Annotated[
        bool, typer.Option("--flipped", help="learn: turn the label around in the middle of the days.")
    ] = False,
    synthetic: Annotated[int, typer.Option(min=0, help="learn: measure an update on so many rows, too.")] = 0,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from", parser=parse_hour, metavar="HOUR", help=f"rules: first hour; {hour_text(YEAR[0])}."
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            parser=parse_hour,
            metavar="HOUR",
            help=f"rules: last hour, included; {hour_text(YEAR[1])}.",
        ),
    ] = None,
    families: Annotated[int, typer.Option(min=100, help="promotion: how many to simulate.")] = 2000,
    repeats: Annotated[int, typer.Option(min=1, help="pages: how often each is asked for.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="rules: print all figures as JSON.")] = False,
) -> None:
    """Measure on this machine, with the bundled pipeline.

    hour: the seconds of an hour-run by task, those of Airflow and of the engine apart. Goes on from the last
    hour that is done in the embedded stack.

    days: days of real hours forward through the embedded stack, learning after each: seconds, rows, gates,
    and what the champion of the day was worth on it. Goes on from the last hour that is done.

    replay: a span of hours derived again in one pass, beside the runs of its hours one by one. Goes on from
    the last hour that is done.

    rules: how often each rule of the contracts would have warned, quarantined or closed the gate. Takes the
    year through the gates month by month, in a Spark of its own; goes on where it was interrupted.

    promotion: how often the rules of promotion err: chance promoted, gains found, harm let by. Makes scores
    of a year once, in a Spark of its own, and simulates on them.

    learn: ways to keep a model up to date, each scored on a year's real flights that it has not seen: what
    they are worth and what an update costs. In a Spark of its own; goes on where it was interrupted.

    pages: the seconds of each page in Airflow, over HTTP and signed in, median and 95th percentile. Asks the
    stack that is running, and changes nothing.

    All print a table and write all figures below the state folder.
    """
    measured = runpy.run_path(str(REPOSITORY / "bench" / f"{measure.value}.py"))["measure"]
    if measure is Measure.hour:
        measured(Settings(), hours)
    elif measure is Measure.replay:
        measured(Settings(), hours, span)
    elif measure is Measure.days:
        measured(Settings(), days or 1, by_hour=each is not Each.day)
    elif measure is Measure.pages:
        measured(Settings(), repeats)
    elif measure is Measure.promotion:
        measured(Settings(), families)
    elif measure is Measure.learn:
        measured(
            Settings(),
            days=days or SIX_WEEKS,
            hours=1 if each is Each.hour else 24,
            seeds=seeds,
            methods=[entry.value for entry in method or Method],
            flipped=flipped,
            synthetic=synthetic,
        )
    else:
        measured(Settings(), first or YEAR[0], last or YEAR[1], as_json=as_json)
