"""Who asks for something on the command line, by name."""

from __future__ import annotations

import getpass
import os

VARIABLE = "LOGNAME"
"""What says so where it is set: containers of the compose stack are told by it who asked for them."""


def asked_by() -> str:
    """The name by which this machine knows the user; the user's number where it knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the first up to Python 3.12
        return str(os.getuid())
