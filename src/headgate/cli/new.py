"""`headgate new`: a pipeline that runs, to be changed into one's own."""

from __future__ import annotations

from typing import Annotated

import typer

from headgate.spec.new_pipeline import NewPipelineError, write_new_pipeline
from headgate.spec.settings import Settings


def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and _, a letter first.")],
) -> None:
    """Make a pipeline that runs: eight lines of spec, a contract and three landing files of two hours.

    Refuses a name that is in use; nothing is ever overwritten.
    """
    try:
        written = write_new_pipeline(Settings(), name)
    except NewPipelineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"Made pipeline {name}:")
    for path in written:
        typer.echo(f"  {path}")
    typer.echo("Next:")
    for command, purpose in (
        (f"./headgate check {name}", "what it describes"),
        (
            f"./headgate run {name} --from 2024-01-01T00 --to 2024-01-01T01",
            "two hours, from landing file to table",
        ),
        (f'./headgate query "SELECT * FROM {name}_silver.{name}"', "the live rows"),
    ):
        typer.echo(f"  {command}  # {purpose}")
