"""A table printed whole: as wide as it needs to be where nobody reads it on a screen."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

WIDEST = 10_000
"""Columns beyond which even a file has a table's cells broken."""


def print_whole(table: Table, *, on_screens: bool = False) -> None:
    """Print a table without cutting or breaking cells in a file or pipe; with `on_screens` nowhere."""
    console = Console(highlight=False)
    if on_screens or not console.is_terminal:
        console = Console(highlight=False, width=max(Console(width=WIDEST).measure(table).maximum, 1))
    console.print(table)
