"""`headgate contract`."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.problem import nearest, one_of
from headgate.spec.settings import Settings


class NoContract(HeadgateError):
    """The pipeline has no contract of that name."""


def contract(
    pipeline: Annotated[str, typer.Argument(help="A folder of pipelines/.")],
    table: Annotated[str, typer.Argument(help="Such as gold.examples or silver.flights.")],
) -> None:
    """Print a table's contract as an Open Data Contract (ODCS), for catalogs and other tools.

    YAML, with types, keys, rules, their severity, where each column comes from, and the owner. The stack need
    not run.
    """
    from headgate.gates.open_data_contract import open_data_contract_text

    loaded = load_pipeline(Settings(), pipeline)
    if table not in loaded.contracts:
        known = sorted(loaded.contracts)
        close = nearest(table, known)
        raise NoContract(
            what=f"{pipeline} has no contract of a table {table!r}: expected {one_of(known)}.",
            where=f"expectations/{pipeline}",
            next_command=f"./headgate contract {pipeline} {close or known[0]}",
        )
    typer.echo(open_data_contract_text(loaded, table), nl=False)
