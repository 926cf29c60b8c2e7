"""`headgate statistics`."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from headgate.cli.hour_option import FROM, TO
from headgate.cli.whole_table import print_whole
from headgate.spec.load import load_pipeline
from headgate.spec.problem import nearest, one_of
from headgate.spec.settings import Settings


def statistics(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    table: Annotated[str, typer.Argument(help="Such as gold.examples or silver.flights_changes.")],
    first: Annotated[datetime | None, FROM] = None,
    last: Annotated[datetime | None, TO] = None,
    column: Annotated[str | None, typer.Option(help="This column only, with its values.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Describe what was published of a table: rows, empty values, distinct values, quartiles, top values.

    Made of what each publish keeps, so that neither the tables nor the stack are needed. Hours are named by
    their start, in UTC; a run that took several hours at once counts with its last one.
    """
    from headgate.cli.statistics_text import column_lines, document, head, rows_table
    from headgate.hops.merged_statistics import NoStatistics, merged_statistics

    settings = Settings()
    found = merged_statistics(settings, load_pipeline(settings, pipeline), table, first, last)
    shown = [record for record in found.columns if column in (None, record.column)]
    if not shown:
        names = [record.column for record in found.columns]
        raise NoStatistics(
            what=f"{table} has no column {column!r}: expected {one_of(names)}.",
            next_command=f"./headgate statistics {pipeline} {table} "
            f"--column {nearest(column or '', names) or names[0]}",
        )
    if as_json:
        typer.echo(json.dumps(document(pipeline, found, shown), ensure_ascii=False, allow_nan=False))
        return
    for line in head(pipeline, found):
        typer.echo(line)
    print_whole(rows_table(shown), on_screens=True)  # a wrapped line tells more than a cut-off figure
    if column is not None:
        for line in column_lines(shown):
            typer.echo(line)
