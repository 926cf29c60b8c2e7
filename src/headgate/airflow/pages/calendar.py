"""Hours as a calendar: a row a day, a cell an hour, each with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from typing import Literal

from headgate.hops.ledger import Ledger
from headgate.spec.hour_range import HOUR, HourRange

CellWord = Literal["done", "quarantined", "closed", "in progress", ""]
DAYS_SHOWN = 28
HEATS = 4
"""Shades of a done hour: the more rows, the stronger."""


@dataclass(frozen=True)
class Cell:
    """One hour, named by its start, and the run that took it.

    `rows` were published by that run, None where there was none; `heat`, 1 to HEATS, is by its rows an hour.
    `hop` and `attempt` name what to look at: its last publish, or the gate that closed.
    """

    hour: datetime
    word: CellWord
    rows: int | None = None
    quarantined: int = 0
    run: datetime | None = None
    heat: int = 0
    hop: str = ""
    attempt: str = ""

    @property
    def said(self) -> str:
        """The cell in words."""
        text = f"{self.hour:%Y-%m-%d %H:%M}: {WORDS[self.word]}"
        if self.rows is not None:
            text += f", {self.rows:,} rows published, {self.quarantined:,} quarantined"
        if self.run is not None and self.run != self.hour:
            text += f", by the run of {self.run:%Y-%m-%d %H:%M}"
        return text


WORDS: dict[CellWord, str] = {
    "done": "done",
    "quarantined": "done, rows quarantined",
    "closed": "a gate is closed",
    "in progress": "begun, not through",
    "": "not done yet",
}


@dataclass(frozen=True)
class Day:
    """The 24 hours of a day."""

    day: date
    cells: list[Cell]


def calendar(ledger: Ledger, start: datetime, until: date | None = None, days: int = DAYS_SHOWN) -> list[Day]:
    """The `days` days up to `until`, at most to the last of which the ledger knows, the latest first.

    A range without a beginning begins at `start`. Hours that the ledger says nothing of have no word. There
    is no day before `start`.
    """
    cells = _cells(ledger, start)
    if not cells:
        return []
    known = max(cells).date()
    last = min(until or known, known)
    found = []
    for back in range(min(days, (last - start.date()).days + 1)):
        midnight = datetime.combine(last - timedelta(days=back), datetime.min.time(), UTC)
        hours = [midnight + hour * HOUR for hour in range(24)]
        found.append(Day(midnight.date(), [cells.get(hour, Cell(hour, "")) for hour in hours]))
    return found


def _cells(ledger: Ledger, start: datetime) -> dict[datetime, Cell]:
    cells: dict[datetime, Cell] = {}
    apart: dict[datetime, int] = {}
    for entry in ledger.done("silver"):
        apart[entry.range_end] = entry.total.quarantined
    done = ledger.done(ledger.last_hop)
    steps = _steps([entry.total.published / len(_hours(entry.hours, start) or [0]) for entry in done])
    for entry in done:
        rows, quarantined = entry.total.published, apart.get(entry.range_end, 0)
        taken = _hours(entry.hours, start)
        word: CellWord = "quarantined" if quarantined and len(taken) == 1 else "done"
        heat = 1 + sum(rows / max(1, len(taken)) > step for step in steps)
        for hour in taken:
            cells[hour] = Cell(hour, word, rows, quarantined, entry.hour, heat, entry.hop, entry.attempt)
    frontier = ledger.frontier()
    for entry in ledger.done("bronze"):
        for hour in _hours(entry.hours, start):
            if frontier is None or hour >= frontier:
                cells[hour] = Cell(hour, "in progress", run=entry.hour, hop=entry.hop, attempt=entry.attempt)
    for entry in ledger.closed_gates():
        for hour in _hours(entry.hours, start):
            cells[hour] = Cell(hour, "closed", run=entry.hour, hop=entry.hop, attempt=entry.attempt)
    return cells


def _steps(rates: list[float]) -> list[float]:
    """Where one shade ends and the next begins, so that every shade has about as many runs."""
    return quantiles(rates, n=HEATS) if len(rates) > 1 else []


def _hours(hours: HourRange, start: datetime) -> list[datetime]:
    first = hours.start or start
    return [first + n * HOUR for n in range(max(0, round((hours.end - first) / HOUR)))]
