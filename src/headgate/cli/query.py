"""`headgate query`."""

from __future__ import annotations

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from headgate.cli.engine_query import ask, ask_as_of, engine_session, read_only
from headgate.cli.whole_table import print_whole
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN = 100


class Format(StrEnum):
    """How rows are written."""

    table = "table"
    csv = "csv"
    json = "json"


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help='Such as "SELECT * FROM flights_ops.hops".')],
    format: Annotated[
        Format, typer.Option(help="A table for reading, or all rows as CSV or JSON.")
    ] = Format.table,
    when: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="HOUR, RUN OR VERSION",
            help="The tables as they were: when 2013-01-29T02 was the last hour done, when a run (its id in "
            "Airflow, or an attempt) was through, or after a publish number of the ledger.",
        ),
    ] = None,
) -> None:
    """Run one reading statement on the lake.

    Tables are named <pipeline>_<layer>.<table> and show the published versions: flights_silver.flights
    (live rows), flights_silver.flights_changes (every change), flights_silver.flights_quarantine,
    flights_gold.examples, flights_ops.hops. SELECT, WITH, SHOW, DESCRIBE and EXPLAIN are run, nothing else.
    With --as-of all layers are read at versions that were published together; flights_ops stays as it is.
    """
    read_only(sql)
    settings = Settings()
    with engine_session(settings) as session:
        found = ask(session, settings, sql) if when is None else ask_as_of(session, settings, sql, when)
    write = {Format.table: _write_table, Format.csv: _write_csv, Format.json: _write_json}[format]
    write(found)


def _write_table(found: pa.Table) -> None:
    table = Table(*(f"[bold]{name}" for name in found.column_names), header_style="")
    for row in found.slice(0, SHOWN).to_pylist():
        table.add_row(*(_text(value) for value in row.values()))
    print_whole(table)
    if found.num_rows > SHOWN:
        Console(stderr=True).print(f"the first {SHOWN} of {found.num_rows:,} rows; --format csv gives all")


def _write_csv(found: pa.Table) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(found.column_names)
    for batch in found.to_batches():
        writer.writerows([_plain(value) for value in row.values()] for row in batch.to_pylist())


def _write_json(found: pa.Table) -> None:
    """One array, one row a line."""
    lines = (json.dumps(row, default=_json, ensure_ascii=False) for row in found.to_pylist())
    sys.stdout.write("[" + ",\n ".join(lines) + "]\n")


def _text(value: Any) -> str:
    from rich.markup import escape

    return escape(str(_plain(value)))


def _plain(value: Any) -> Any:
    """A value as a cell: nothing for null, JSON for nested values, times in ISO form."""
    if isinstance(value, list | dict):
        return json.dumps(value, default=_json, ensure_ascii=False)
    return "" if value is None else _json(value) if hasattr(value, "isoformat") else value


def _json(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
