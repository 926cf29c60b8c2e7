"""`headgate down`."""

from __future__ import annotations

import time

from rich.console import Console

from headgate.spec.settings import Settings
from headgate.stack.layout import Layout
from headgate.stack.start import only_one
from headgate.stack.stop import stop_stack


def down() -> None:
    """Stop the stack. No process of it is left, whatever was killed before; all state is kept."""
    layout = Layout.of(Settings())
    begun = time.monotonic()
    if layout.home.exists():
        with only_one(layout):
            stop_stack(layout)
    Console(highlight=False).print(f"The stack is down ({time.monotonic() - begun:.0f} s).")
