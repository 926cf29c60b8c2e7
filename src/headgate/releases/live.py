"""Which version was live when, by the release log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from headgate.releases.release_rows import Release, moves

Clock = Literal["data", "wall"]
"""data: how far gold was published when it was decided; wall: when it was decided."""


@dataclass(frozen=True)
class Live:
    """A version that served, on the clock of the data: from the frontier `since` to `until` (None: it serves
    still). `release` made it so, and `decision` says how."""

    version: int | None
    release: int
    decision: str
    since: str
    until: str | None


def what_was_live(history: list[Release]) -> list[Live]:
    """The versions that served, oldest first."""
    rows = moves(history)
    ends = {row.release: later.frontier for row, later in pairwise(rows)}
    return [Live(row.version, row.release, row.decision, row.frontier, ends.get(row.release)) for row in rows]


def live_at(history: list[Release], moment: datetime, clock: Clock = "data") -> Release | None:
    """The release whose version served at a moment; None where it was before the first.

    On the clock of the data that is the one whose version the scores of the hour that begins then are by.
    """
    found = None
    for row in moves(history):
        began = _began(row, clock)
        if began is not None and began > moment:
            break
        found = row
    return found


def _began(row: Release, clock: Clock) -> datetime | None:
    """When a release took effect; None where an earlier Headgate did not put it down."""
    if clock == "wall":
        return row.decided_at
    return datetime.fromisoformat(row.frontier) if row.frontier else None
