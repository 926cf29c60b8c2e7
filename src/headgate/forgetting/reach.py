"""The hours that a forgetting derives again."""

from __future__ import annotations

from datetime import datetime

from headgate.hops.ledger import Ledger
from headgate.spec.hour_range import HOUR, HourRange


def reach(ledger: Ledger, known_since: datetime) -> HourRange | None:
    """The hours to derive again: from when it was first known up to the frontier; None where there are none.

    It begins where a publish of silver or gold begins, so that no publish stands that holds some of it.
    """
    frontier = ledger.frontier()
    start: datetime | None = known_since - HOUR
    if frontier is None or (start is not None and start >= frontier):
        return None
    published = [entry.hours for hop in ("silver", "gold") for entry in ledger.done(hop)]
    while True:
        reached = HourRange(start, frontier)
        starts = [hours.start for hours in published if hours.overlaps(reached)]
        known = [begin for begin in starts if begin is not None]
        first = None if len(known) < len(starts) else min([*known, *([start] if start else [])])
        if first == start or start is None:
            return reached
        start = first
