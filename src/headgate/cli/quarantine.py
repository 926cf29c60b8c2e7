"""`headgate quarantine list|show|replay|dismiss`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from headgate.cli.ask_quarantine import RowsAsked, ask_quarantine, told
from headgate.cli.engine_query import engine_session
from headgate.cli.progress import open_progress
from headgate.cli.running_stack import require_running
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GROUP = typer.Typer(
    no_args_is_help=True, help="Look at rows that broke a rule; let them re-enter or dismiss them."
)

Pipeline = Annotated[str, typer.Argument(help="The pipeline.")]
TableName = Annotated[str, typer.Argument(metavar="TABLE", help="The silver table, like flights.")]
Rules = Annotated[list[str] | None, typer.Option("--rule", help="Rows that broke it; may be repeated.")]
Rows = Annotated[
    list[str] | None, typer.Option("--row", help="This row, as `show` names it; may be repeated.")
]
Everything = Annotated[bool, typer.Option("--all", help="Every row in the quarantine of the table.")]


class NoSelection(HeadgateError):
    """The command does not say which rows it is about."""


@GROUP.command("list")
def list_quarantine(pipeline: Pipeline) -> None:
    """Count the rows in quarantine by table and rule, and the requests that wait for a run."""
    from headgate.hops.ask_quarantine import quarantined
    from headgate.hops.known_files import KnownFiles
    from headgate.hops.ledger import Ledger
    from headgate.hops.requests import waiting

    settings = Settings()
    shown = Table("table", "rule", "rows", "first hour", "last hour", box=None, pad_edge=False)
    with _at_work(settings, pipeline) as (session, loaded):
        published = Ledger(settings, pipeline, loaded.spec.hops[-1]).versions()
        for table in loaded.spec.silver:
            if f"silver.{table}_changes" not in published:
                continue
            rows = quarantined(session, settings, loaded, table).select("rules", "hour").collect()
            hours: dict[str, list[Any]] = {}
            for row in rows:
                for rule in row["rules"]:
                    hours.setdefault(rule, []).append(row["hour"])
            for rule, found in sorted(hours.items()):
                ends = (f"{moment:%Y-%m-%dT%H}" for moment in (min(found), max(found)))
                shown.add_row(table, rule, str(len(found)), *ends)
    if shown.row_count:
        Console(highlight=False).print(shown)
    else:
        typer.echo("The quarantine is empty.")
    for request in waiting(settings, pipeline, KnownFiles(settings, pipeline)):
        typer.echo(f"waiting for a run: {told(request)}")


@GROUP.command("show")
def show_quarantine(
    pipeline: Pipeline,
    table: TableName,
    rules: Rules = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows at most.")] = 20,
) -> None:
    """Show rows in quarantine: the name of each, the rules that it broke, its values, what was rescued."""
    from headgate.hops.ask_quarantine import quarantined

    settings = Settings()
    with _at_work(settings, pipeline) as (session, loaded):
        found = quarantined(session, settings, loaded, table)
        there = set(found.columns)
        columns = [name for name in loaded.contracts[f"silver.{table}"].columns if name in there]
        rows = found.orderBy("_known_at", "_sequence").collect()
    rows = [row for row in rows if not rules or set(rules) & set(row["rules"])]
    for row in rows[:limit]:
        typer.echo(f"{row['_file']}:{row['_row']}")
        typer.echo(f"  broke {', '.join(row['rules'])}; known since {row['_known_at'] - HOUR:%Y-%m-%dT%H}")
        values = " ".join(f"{name}={row[name]}" for name in columns if row[name] is not None)
        typer.echo(f"  {row['_op']} {row['_committed_at']} {values}")
        if row["_rescued"]:
            typer.echo(f"  rescued {row['_rescued'][:500]}")
    counted = Counter(rule for row in rows for rule in row["rules"])
    typer.echo(f"{len(rows)} rows" + "".join(f", {rule} {count}" for rule, count in sorted(counted.items())))


@GROUP.command("replay")
def replay_quarantine(
    pipeline: Pipeline,
    table: TableName,
    rules: Rules = None,
    rows: Rows = None,
    everything: Everything = False,
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="COLUMN=TEXT", help="Mend the rows: a column's text; may be repeated."),
    ] = None,
    why: Annotated[str, typer.Option(help="Why, for the record.")] = "",
) -> None:
    """Let rows re-enter after their rule, their transform or the rows themselves were mended.

    They keep their place in the order of changes, so newer changes of a key stay ahead of them. The next run
    takes them through the same gates; what is still bad is quarantined again. The features of past hours stay
    as they are. Commit time and operation are set as `committed_at=` (the feed's name for it) and `op=`.
    """
    mended = dict(_assignment(text) for text in values or ())
    _ask(pipeline, table, "replay", rules, rows, everything, mended, why)


@GROUP.command("dismiss")
def dismiss_quarantine(
    pipeline: Pipeline,
    table: TableName,
    why: Annotated[str, typer.Option(help="Why; it stays on record.")],
    rules: Rules = None,
    rows: Rows = None,
    everything: Everything = False,
) -> None:
    """Take rows out of the quarantine for good: they stay on record and never count."""
    _ask(pipeline, table, "dismiss", rules, rows, everything, {}, why)


def _ask(
    pipeline: str,
    table: str,
    action: str,
    rules: list[str] | None,
    rows: list[str] | None,
    everything: bool,
    values: dict[str, str],
    why: str,
) -> None:
    if everything == bool(rules or rows):
        raise NoSelection(
            what="Say which rows: --rule RULE, --row ROW, or --all for every one; not --all with another.",
            where=f"{pipeline}_silver.{table}_quarantine",
            left="Nothing was changed, and nothing is on record.",
            next_command=f"./headgate quarantine show {pipeline} {table}",
        )
    from headgate.hops.ask_quarantine import check_request

    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    check_request(loaded, table, action, values, why)
    require_running(settings)
    asked = RowsAsked(table, action, rules or (), rows or (), values, why)
    with AirflowClient(settings) as client, open_progress() as progress:
        ask_quarantine(settings, client, loaded, asked, progress)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r} is not COLUMN=TEXT", param_hint="--set")
    return name, value


@contextmanager
def _at_work(settings: Settings, pipeline: str) -> Iterator[tuple[SparkSession, LoadedPipeline]]:
    loaded = load_pipeline(settings, pipeline)
    with engine_session(settings) as session:
        yield session, loaded
