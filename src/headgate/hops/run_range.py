"""Which hours a run covers: beyond the frontier all up to its hour's end, before it what it covered then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.hops.ledger import Entry, Ledger
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

    Raises Behind where a closed gate of an earlier hour or a rollback of tables holds the water back,
    TakenOver where a later run has archived files for the same hours.
    """
    _require_forward(ledger)
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
        _require_silver_since_rollback(ledger, hop, hour)
    return RunRange(HourRange(frontier, end), replay=False)


def replay_range(
    ledger: Ledger,
    pipeline: str,
    schedule_start: datetime,
    first: datetime,
    last: datetime,
    hop: str | None = None,
) -> RunRange:
    """The hours first..last (starts) as one range to derive again, in `hop` where it is given.

    Whatever was known before the schedule's first hour belongs to that hour. Raises NotToReplay where an hour
    lies beyond the frontier, or where tables are rolled back and this would not derive all that they lack.
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
    hours = HourRange(None if first <= schedule_start else first, last + HOUR)
    held = ledger.to_derive()
    if held is not None:
        whole = hours.covers(held.hours)
        if not whole or (hop == "gold" and not ledger.derived_since(held, "silver")):
            raise NotToReplay(
                what=f"Hours of {pipeline} wait: {held_because(held)}. "
                + ("Silver must be derived first." if whole else "All that is lacking is derived in one go."),
                where=f"{pipeline}_replay",
                left="Nothing was read, and all published tables are as they were.",
                next_command=f"./headgate {way_forward(pipeline, held, schedule_start)}",
            )
    return RunRange(hours, replay=True)


def way_forward(pipeline: str, held: Entry, schedule_start: datetime) -> str:
    """The command, without `./headgate`, that goes on with that for which hours wait."""
    if held.state == "forgetting":
        return f"forget {pipeline} TABLE COLUMN=VALUE, the same as before: it goes on where it was"
    return f"replay {pipeline} {_hours(held.range_start or schedule_start, held.range_end - HOUR)}"


def held_because(held: Entry) -> str:
    """Why hours wait until those of the line are derived again, in words."""
    if held.state == "forgetting":
        return "a subject is being forgotten"
    if held.state == "restamped":
        return f"bronze is stamped anew, {held.verdict}"
    return f"the tables are rolled back, {held.verdict}"


def not_at_rest(pipeline: str, ledger: Ledger, schedule_start: datetime) -> tuple[str, str] | None:
    """Why history may not be changed now, and the command that leads on; None while nothing is open."""
    held, claim = ledger.held(), ledger.claim()
    if held is not None:
        way = f"./headgate {way_forward(pipeline, held, schedule_start)}"
        return f"hours wait: {held_because(held)}", way
    if claim is not None:
        way = "./headgate status, and see that hour through; then the same again"
        return f"{claim.hour:%Y-%m-%dT%H} has begun and is not done", way
    return None


def _require_forward(ledger: Ledger) -> None:
    held = ledger.held()
    if held is not None:
        raise Behind(
            what=f"behind {held.hour:%Y-%m-%d %H:00}: {held_because(held)}.",
            where=f"{held.hop}, by {held.decided_by}: {held.why}",
            left="Nothing of this hour was read; it stays open.",
            next_command="./headgate status, which prints the command that derives again what is lacking; "
            "the next run then takes the hours that waited.",
        )


def _require_silver_since_rollback(ledger: Ledger, hop: str, hour: datetime) -> None:
    """An hour whose silver was published before a rollback has to begin there again."""
    rollback = ledger.last_rollback()
    silver = [e for e in ledger.done("silver") if e.hour == hour]
    if hop == "gold" and rollback and silver and silver[-1].entry < rollback.entry:
        raise TakenOver(
            what=f"The silver rows of this hour went when the tables were rolled back, {rollback.verdict}.",
            where=f"{hop}, hour {hour:%Y-%m-%d %H:00}",
            left="Nothing of this attempt was published.",
            next_command="Clear the run from silver.stage on.",
        )


def _hours(first: datetime, last: datetime) -> str:
    return f"--from {first:%Y-%m-%dT%H} --to {last:%Y-%m-%dT%H}"
