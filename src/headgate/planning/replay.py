"""The runs that make the published rows agree with the present spec."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.table_changes import sources
from headgate.planning.table_plan import TablePlan
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import NO_HOURS, Hours
from headgate.spec.spec_document import SpecDocument


@dataclass(frozen=True)
class Replay:
    """What is to be run again.

    `hours`: those that are derived again, besides later gold hours that see them, which every replay takes
    along. `runs`: first and last hour (their starts) of each command. `by_next_run`: the next run derives
    everything by itself, since its last hop has published no hour yet.
    """

    hours: Hours = NO_HOURS
    runs: tuple[tuple[datetime, datetime], ...] = ()
    by_next_run: bool = False


NO_REPLAY = Replay()


def replay_of(tables: Iterable[TablePlan], published: PublishedSpecs, now: SpecDocument) -> Replay:
    """The hours to replay, and the runs that do it.

    A replayed hour derives silver, and gold up to the longest look back later. So gold hours that a replay of
    silver reaches anyway are left out. Of several runs that cover an hour the one that covers most is taken:
    a backlog that was published as one range is replayed by its one run.
    """
    listed = list(tables)
    silver, gold = (_rewritten(listed, layer) for layer in ("silver", "gold"))
    if not published.hours.get(now.spec.hops[-1]):
        return Replay(silver | gold, by_next_run=bool(silver | gold))
    ages = [age for table in now.contracts for _, age in sources(now, table)]
    hours = silver | (gold - silver.seen_until(max(ages))) if ages else silver
    return Replay(hours, runs_of(hours, published.runs))


def runs_of(hours: Hours, runs: dict[datetime, HourRange]) -> tuple[tuple[datetime, datetime], ...]:
    """The first and the last run of each range, by the starts of their hours."""
    return tuple(_first_and_last(one, runs) for one in hours.ranges)


def _rewritten(tables: Iterable[TablePlan], layer: str) -> Hours:
    ranges = (one for plan in tables if plan.table.startswith(f"{layer}.") for one in plan.hours.ranges)
    return Hours.of(ranges)


def _first_and_last(wanted: HourRange, runs: dict[datetime, HourRange]) -> tuple[datetime, datetime]:
    """The runs that a range begins and ends with; a run ends with the hour that names it."""
    covering = [hours for hours in runs.values() if _begins_in(wanted.start, hours)]
    first = (
        max(covering, key=lambda hours: hours.end).end if covering else (wanted.start or wanted.end) + HOUR
    )
    return first - HOUR, max(first, wanted.end) - HOUR


def _begins_in(start: datetime | None, hours: HourRange) -> bool:
    """Whether a run derives the hour that follows `start`."""
    begun = hours.start is None or (start is not None and hours.start <= start)
    return begun and (start is None or start < hours.end)
