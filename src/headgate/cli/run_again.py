"""The command that runs hours again, as messages name it."""

from __future__ import annotations

from datetime import datetime

from headgate.cli.hour_option import hour_text


def run_again(pipeline: str, first: datetime, last: datetime) -> str:
    """The command that runs the hours from `first` to `last` again, both included."""
    hours = f"--from {hour_text(first)} --to {hour_text(last)}"
    return f"./headgate run {pipeline} {hours} --reprocess completed"
