"""`headgate audit`."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from headgate.cli.query import Format
from headgate.cli.releases import moment
from headgate.cli.running_stack import require_running
from headgate.cli.whole_table import print_whole
from headgate.spec.load import load_pipeline, pipeline_names
from headgate.spec.settings import Settings
from headgate.stack.airflow_acts import airflow_acts
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.audit_trail import Act, in_order
from headgate.stack.lake_acts import lake_acts
from headgate.stack.mlflow_acts import mlflow_acts
from headgate.stack.served_stack import served_stack
from headgate.stack.stack_acts import stack_acts


def audit(
    begin: Annotated[
        datetime | None,
        typer.Option("--from", parser=moment, metavar="MOMENT", help="2026-02-01T07, UTC; left out: all."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", parser=moment, metavar="MOMENT", help="Up to before this moment."),
    ] = None,
    who: Annotated[str | None, typer.Option(help="What one account did.")] = None,
    pipeline: Annotated[
        str | None, typer.Option(help="What is about one pipeline, its DAGs or model.")
    ] = None,
    what: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What has this text in it: an act, a release, a run.")
    ] = None,
    format: Annotated[Format, typer.Option(help="A table for reading, or CSV or JSON.")] = Format.table,
) -> None:
    """Say who did what, in order: in Airflow, in MLflow, and about gates, quarantine and releases.

    From Airflow's audit log, from what MLflow's server writes down of changes and refusals (where it knows
    accounts: the compose stack), and from the decisions in the lake: the ledger, requests about the
    quarantine, and releases, among them aliases that somebody moved in MLflow. In the compose stack also
    what was done to the stack itself: accounts, backups, recoveries.
    """
    settings = Settings()
    require_running(settings)
    acts: list[Act] = []
    for name in pipeline_names(settings):
        acts += lake_acts(settings, load_pipeline(settings, name))
    with AirflowClient(settings) as client:
        acts += airflow_acts(client, begin, end)
    served = served_stack()
    if served is not None:
        acts += mlflow_acts(served.mlflow_changes)
        acts += stack_acts(served.mlflow_changes)
    found = in_order(acts, begin, end, who, pipeline, what)
    {Format.table: _write_table, Format.csv: _write_csv, Format.json: _write_json}[format](found)


def _rows(acts: list[Act]) -> list[dict[str, str]]:
    return [{**asdict(act), "at": act.at.isoformat()} for act in acts]


def _write_table(acts: list[Act]) -> None:
    table = Table(*Act.__dataclass_fields__, box=None, header_style="bold")
    for act in acts:
        table.add_row(f"{act.at:%Y-%m-%d %H:%M:%S}", act.who, act.place, act.did, act.what, act.why)
    print_whole(table)


def _write_csv(acts: list[Act]) -> None:
    writer = csv.DictWriter(sys.stdout, Act.__dataclass_fields__, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rows(acts))


def _write_json(acts: list[Act]) -> None:
    typer.echo(json.dumps(_rows(acts), ensure_ascii=False))
