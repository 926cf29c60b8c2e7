"""What the release log says of trials: who is on trial, and how many began lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from headgate.releases.release_rows import CHALLENGE, MOVES, Release

ENDS = ("promote", "hold")


def on_trial(history: Sequence[Release]) -> Release | None:
    """The release that began the trial that is open, if one is: at most one is at a time.

    A trial ends with a decision about its model, or when its model comes to serve in another way.
    """
    begun: Release | None = None
    for row in history:
        if row.decision == CHALLENGE:
            begun = row
        elif begun is not None and row.model == begun.model and row.decision in (*ENDS, *MOVES):
            begun = None
    return begun


def began_within(history: Sequence[Release], frontier: datetime, span: timedelta) -> list[Release]:
    """The trials that began in the hours of data `span` before `frontier`."""
    return [
        row
        for row in history
        if row.decision == CHALLENGE and datetime.fromisoformat(row.frontier) > frontier - span
    ]
