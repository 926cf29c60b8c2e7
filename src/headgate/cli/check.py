"""`headgate check`: are the specs and contracts sound, and what do they describe?"""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from headgate.cli.spec_mistakes import refuse
from headgate.spec.contract import Contract
from headgate.spec.contract_path import contract_path
from headgate.spec.errors import SpecError, SpecErrors
from headgate.spec.load import LoadedPipeline, load_all, load_pipeline
from headgate.spec.predictions import PREDICTIONS
from headgate.spec.settings import Settings


def check(
    pipeline: Annotated[
        str | None,
        typer.Argument(metavar="[PIPELINE]", help="A folder of pipelines/; all of them if not given."),
    ] = None,
) -> None:
    """Check specs and contracts; list every mistake with file and line, or what is there.

    Reads files only: neither Spark nor Airflow need to run. Exits with 1 when anything is wrong.
    """
    settings = Settings()
    loaded: list[LoadedPipeline]
    errors: list[SpecError]
    if pipeline is None:
        loaded, errors = load_all(settings)
    else:
        try:
            loaded, errors = [load_pipeline(settings, pipeline)], []
        except SpecErrors as broken:
            loaded, errors = [], broken.errors
    console = Console(highlight=False, soft_wrap=True)
    if loaded and pipeline is not None:
        console.print(_tables(settings, loaded[0]))
    elif loaded:
        console.print(_overview(loaded))
    elif not errors:
        console.print("There are no pipelines yet. Next: ./headgate new NAME")
    if errors:
        refuse(errors, pipeline)


def _overview(loaded: list[LoadedPipeline]) -> Table:
    table = Table("pipeline", "owner", "hours (UTC)", "feeds", "silver", "gold", "model")
    for item in loaded:
        spec = item.spec
        end = f"{spec.schedule.end:%Y-%m-%d %H:%M}" if spec.schedule.end else "on"
        gold = [*spec.gold, *(["examples"] if spec.examples else [])]
        table.add_row(
            spec.pipeline,
            spec.owner,
            f"{spec.schedule.start:%Y-%m-%d %H:%M} to {end}",
            ", ".join(spec.feeds),
            ", ".join(spec.silver),
            ", ".join(gold) or "-",
            spec.model.algorithm if spec.model else "-",
        )
    return table


def _tables(settings: Settings, loaded: LoadedPipeline) -> Table:
    table = Table("table", "key", "columns", "rules", "contract", title=loaded.spec.pipeline)
    for name, contract in loaded.contracts.items():
        path = contract_path(settings.expectations, loaded.spec.pipeline, name)
        source = "gold.examples" if name == PREDICTIONS else "silver"
        written = f"{path.parent.name}/{path.name}" if path.is_file() else f"derived from {source}"
        key, columns = ", ".join(contract.key), str(len(contract.columns))
        table.add_row(name, key, columns, str(_rules(contract)), written)
    return table


def _rules(contract: Contract) -> int:
    """The rules that the contract states on values, rows, freshness and volume."""
    on_columns = sum(
        [column.required, bool(column.one_of), bool(column.between), bool(column.references)].count(True)
        for column in contract.columns.values()
    )
    return on_columns + len(contract.rules) + (contract.freshness is not None) + (contract.volume is not None)
