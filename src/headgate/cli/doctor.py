"""`headgate doctor`."""

from __future__ import annotations

import typer
from rich.console import Console

from headgate.spec.settings import Settings
from headgate.stack.check_machine import findings

MARKS = {True: "[green]ok  [/]", False: "[red]look[/]"}


def doctor() -> None:
    """Check this machine and the stack; say what to do about what is wrong.

    Looks at Python, Java, the jars, a lake's store, ports, disk, memory, secrets, specs and the health of
    every part. Exits with 1 when something stands in the way.
    """
    console = Console(highlight=False, soft_wrap=True)
    found = findings(Settings())
    for finding in found:
        console.print(f"{MARKS[finding.good]} {finding.subject:<10} ", end="")
        console.print(finding.words, markup=False)
        if not finding.good:
            console.print(f"{'':16}next: {finding.remedy}", markup=False)
    if not all(finding.good for finding in found):
        raise typer.Exit(1)
