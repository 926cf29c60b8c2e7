"""`headgate live`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from headgate.cli.engine_query import ask, engine_session
from headgate.cli.whole_table import print_whole
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings


def live(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    days: Annotated[int, typer.Option(min=1, help="So many of the latest days.")] = 28,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Show how good the predictions were, day by day, by the labels that came since.

    A day is provisional until the labels of its last hour are complete. Champion and challenger have a row
    each; predictions that were made after their label was known do not count.
    """
    from headgate.cli.live_text import days_table
    from headgate.hops.ledger import Ledger
    from headgate.monitoring.live_day import live_days
    from headgate.monitoring.live_figures import live_statement

    settings = Settings()
    loaded = load_pipeline(settings, pipeline)
    statement = live_statement(loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    with engine_session(settings) as session:
        found = live_days(ask(session, settings, statement).to_pylist())
    latest = sorted({day.day for day in found})[-days:]
    shown = [day for day in found if day.day in latest]
    if as_json:
        values = [{**asdict(day), "day": day.day.isoformat()} for day in shown]
        typer.echo(json.dumps({"pipeline": pipeline, "days": values}, allow_nan=False))
        return
    costs = loaded.spec.model.costs if loaded.spec.model else None
    print_whole(days_table(shown, costs.currency if costs else None))
