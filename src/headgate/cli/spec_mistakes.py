"""The mistakes of a spec, as every command that reads one tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import typer

from headgate.spec.errors import SpecError


def refuse(errors: Sequence[SpecError], pipeline: str | None) -> NoReturn:
    """Print every mistake and what to do; end with exit code 1."""
    for error in errors:
        typer.echo(str(error), err=True)
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    typer.echo(
        f"{count}. Mend the files, then: ./headgate check{f' {pipeline}' if pipeline else ''}", err=True
    )
    raise typer.Exit(1)
