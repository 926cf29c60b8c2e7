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
