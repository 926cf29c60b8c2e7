"""Commands that need the stack say so at once where it is down."""

from __future__ import annotations

from headgate.spec.settings import Settings
from headgate.stack.layout import Layout
from headgate.stack.served_stack import served_stack
from headgate.stack.supervisor import Supervisor


def require_running(settings: Settings) -> None:
    """Raise StackNotRunning where the stack in `settings.home` is down.

    A stack that others start is asked when it is needed.
    """
    if served_stack() is None:
        Supervisor(Layout.of(settings)).states()
