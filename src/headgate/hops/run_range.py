"""Which hours a run covers: beyond the frontier all up to its hour's end, before it what it covered then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.hops.ledger import Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR, HourRange


class Behind(HeadgateError):
    """An earlier hour's gate is closed, so this hour waits."""


class TakenOver(HeadgateError):
    """A later run has taken over the hours of this one."""


class NotToReplay(HeadgateError):
    """The hours are not done yet, or are none: there is nothing to derive again."""


@dataclass(frozen=True)
class RunRange:
    """The hours of a run; `replay` where they lie at or before the frontier and take no new files."""

    hours: HourRange
    replay: bool


def run_range(ledger: Ledger, hop: str, hour: datetime) -> RunRange:
    """The range of the run whose logical date is `hour`.

    Raises Behind where a closed gate of an earlier hour holds the water back, TakenOver where a later run
    has archived files for the same hours.
    """
    frontier, end = ledger.frontier(), hour + HOUR
    if frontier is not None and end <= frontier:
        own = [e for e in ledger.done("bronze") if e.hour == hour]
        return RunRange(own[-1].hours if own else HourRange(hour, end), replay=True)
    for closed in ledger.closed_gates():
        if closed.hour < hour:
            raise Behind(
                what=f"behind {closed.hour:%Y-%m-%d %H:00}: the {closed.hop} gate of that hour is closed.",
                where=closed.report or closed.hop,
                left="Nothing of this hour was read; it stays open.",
                next_command="Mend that hour and clear its run; then run the hours behind it again.",
            )
    if hop != "bronze":
        claim = ledger.claim()
        if claim is None or claim.hour != hour:
            raise TakenOver(
                what=f"The hours of this run were taken over by the run of {claim.hour:%Y-%m-%d %H:00}."
                if claim
                else "This run has archived no files yet.",
                where=f"{hop}, hour {hour:%Y-%m-%d %H:00}",
                left="Nothing of this attempt was published.",
                next_command="Clear the whole run, from bronze.stage on, if its hours are still open.",
            )
    return RunRange(HourRange(frontier, end), replay=False)


def replay_range(
    ledger: Ledger, pipeline: str, schedule_start: datetime, first: datetime, last: datetime
) -> RunRange:
    """The hours first..last (starts) as one range to derive again.

    Whatever was known before the schedule's first hour belongs to that hour. Raises NotToReplay where an hour
    lies beyond the frontier.
    """
    done = ledger.last_hour_done()
    if done is None or last > done or first > last:
        if first > last:
            why, way = "the first lies after the last", f"replay {pipeline} {_hours(last, first)}"
        elif done is None:
            why, way = "no hour is done yet", f"run {pipeline} {_hours(first, last)}"
        else:
            why = f"the last hour done is {done:%Y-%m-%dT%H}"
            way = f"replay {pipeline} {_hours(min(first, done), done)}"
        raise NotToReplay(
            what=f"The hours {first:%Y-%m-%dT%H} to {last:%Y-%m-%dT%H} cannot be derived again: {why}.",
            where=f"{pipeline}_replay",
            left="Nothing was read, and all published tables are as they were.",
            next_command=f"./headgate {way}",
        )
    return RunRange(HourRange(None if first <= schedule_start else first, last + HOUR), replay=True)


def _hours(first: datetime, last: datetime) -> str:
    return f"--from {first:%Y-%m-%dT%H} --to {last:%Y-%m-%dT%H}"
