"""The append-only ledger of a pipeline: which hours are done, at which versions, with which verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.layers import SCORES
from headgate.spec.settings import Settings

State = Literal[
    "intent",
    "done",
    "closed",
    "undone",
    "accepted",
    "diverted",
    "maintained",
    "rolled_back",
    "restamped",
    "forgetting",
    "forgotten",
]
ENDED = ("done", "undone", "rolled_back", "restamped", "forgetting", "forgotten")
"""States of lines that end an intent and name the versions that are published from there on."""

ROLLBACK = "rollback"
"""What a rollback of tables has in the place of a hop."""

RESTAMP = "restamp"
"""What stamping anew when changes were known has in the place of a hop."""

FORGET = "forget"
"""What forgetting a subject has in the place of a hop."""


@dataclass(frozen=True)
class TableRows:
    """Rows of one table in one publish."""

    staged: int
    quarantined: int
    published: int


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    `entry` numbers the lines; `number` is the publish number (0 for a closed gate, a decision about it and
    maintenance). `hour` is the start of the run's hour, (`range_start`, `range_end`] the hours it covers,
    `frontier` the frontier it started from. A decision (`accepted`, `diverted`, `rolled_back`, `restamped`)
    says by whom and why. The range of a rollback, and of bronze that was stamped anew, holds the hours that
    are to be derived again; the intent of a rollback has as `versions` those to go back to. `maintained`:
    since then the same rows are in other files, at its `versions`. `forgetting` lines stand for the steps of
    removing a subject, `forgotten` for their end; `digest` is then that of the subject, salted, and the range
    of the first line, which has the versions before, are the hours that are derived again without it.
    """

    entry: int
    number: int
    hop: str
    state: State
    hour: datetime
    range_start: datetime | None
    range_end: datetime
    frontier: datetime | None
    attempt: str
    digest: str
    verdict: str = ""
    report: str = ""
    rows: dict[str, TableRows] = field(default_factory=dict)
    versions_before: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    bytes: int = 0
    code: str = ""
    spec: str = ""
    recorded_at: datetime | None = None
    decided_by: str | None = None
    why: str | None = None

    @property
    def hours(self) -> HourRange:
        """The range that the entry covers."""
        return HourRange(self.range_start, self.range_end)

    @property
    def last_hour(self) -> datetime:
        """The start of the last hour that it covers."""
        return self.range_end - HOUR

    @property
    def total(self) -> TableRows:
        """The rows of all its tables together."""
        tables = self.rows.values()
        return TableRows(
            staged=sum(rows.staged for rows in tables),
            quarantined=sum(rows.quarantined for rows in tables),
            published=sum(rows.published for rows in tables),
        )


class Ledger:
    """What the ledger of one pipeline says, read once, without a JVM."""

    def __init__(self, settings: Settings, pipeline: str, last_hop: str) -> None:
        self.path = table_path(settings.lake, pipeline, "ops.hops")
        self.last_hop = last_hop
        self._entries = sorted((_entry(row) for row in read_rows(self.path)), key=lambda entry: entry.entry)

    def entries(self) -> list[Entry]:
        """All lines, oldest first."""
        return list(self._entries)

    def done(self, hop: str | None = None) -> list[Entry]:
        """The finished publishes, of one hop or of all, oldest first."""
        return [e for e in self._entries if e.state == "done" and hop in (None, e.hop)]

    def has_published(self, hop: str, hours: HourRange) -> bool:
        """Whether the hop has published any hour of the range or a later one."""
        return any(hours.start is None or e.range_end > hours.start for e in self.done(hop))

    def staged_bytes(self, hop: str, hours: HourRange) -> int:
        """How many bytes the hop staged for hours that overlap the range: what the next hop reads anew."""
        return sum(e.bytes for e in self.done(hop) if e.hours.overlaps(hours))

    def frontier(self) -> datetime | None:
        """F: the end of the last hour whose last layer is published; None before the first."""
        return max((e.range_end for e in self.done(self.last_hop)), default=None)

    def last_hour_done(self) -> datetime | None:
        """The start of the last hour whose last layer is published."""
        frontier = self.frontier()
        return None if frontier is None else frontier - HOUR

    def versions(self, until: int | None = None) -> dict[str, int]:
        """The published version of every table that was published, by `<layer>.<table>`.

        With `until`, as they were from the line of that number to the next publish.
        """
        latest: dict[str, int] = {}
        for entry in self._entries:
            if until is not None and entry.entry > until and entry.state in ENDED:
                break
            if entry.state in (*ENDED, "maintained"):
                latest.update(entry.versions)
        return latest

    def holds(self, table: str, version: int | None) -> bool:
        """Whether the rows of this version are those that are published: maintenance moves rows, no more."""
        same: list[int | None] = []
        for entry in self._entries:
            found = entry.versions.get(table)
            if entry.state in ENDED and found is not None:
                same = same if found in same[-1:] else [found]
            elif entry.state == "maintained" and found is not None:
                same.append(found)
        return version in same

    def open_intents(self) -> list[Entry]:
        """Publishes that were begun and neither finished nor undone, oldest first."""
        ended = {e.number for e in self._entries if e.state in ENDED}
        return [e for e in self._entries if e.state == "intent" and e.number not in ended]

    def last_rollback(self) -> Entry | None:
        """The last time that tables were rolled back, whether their hours were derived again since or not."""
        return next((e for e in reversed(self._entries) if e.state == "rolled_back"), None)

    def rolled_back(self) -> Entry | None:
        """The rollback that holds the water back: nothing has derived all of its hours again since."""
        held = self.last_rollback()
        if held is None or held.range_start == held.range_end or self.derived_since(held, self.last_hop):
            return None
        return held

    def restamped(self) -> Entry | None:
        """The line by which bronze was stamped anew and that nothing has derived all hours of again since."""
        lines = (e for e in reversed(self._entries) if e.state == "restamped")
        return next((e for e in lines if not self.derived_since(e, self.last_hop)), None)

    def to_derive(self) -> Entry | None:
        """The line for which others wait until its hours are derived again: a rollback, or a new stamp."""
        return self.rolled_back() or self.restamped()

    def held(self) -> Entry | None:
        """The line for which hours wait: a subject that is being forgotten, or hours to derive again."""
        return self.forgetting() or self.to_derive()

    def forgettings(self) -> list[Entry]:
        """The first line of each forgetting, oldest first: it has the versions before."""
        return [e for e in self._entries if e.state == "forgetting" and e.versions_before]

    def forgetting(self) -> Entry | None:
        """The first line of a forgetting that is not through."""
        ended = {e.number for e in self._entries if e.state == "forgotten"}
        return next((e for e in self.forgettings() if e.number not in ended), None)

    def derived_since(self, line: Entry, hop: str) -> bool:
        """Whether the hop has derived all hours of such a line again, in one go."""
        return any(e.entry > line.entry and e.hours.covers(line.hours) for e in self.done(hop))

    def closed_gates(self) -> list[Entry]:
        """Gates that hold the water back: closed, not passed since, not behind the frontier."""
        frontier = self.frontier()
        return [e for e in self.not_passed() if frontier is None or e.range_end > frontier]

    def shut_gates(self) -> list[Entry]:
        """Closed gates that somebody has to look at: those that hold the water back, and of the scores, which
        hold nothing back, those whose hours nothing has scored since."""
        return [*self.closed_gates(), *(e for e in self.not_passed() if e.hop == SCORES)]

    def scored_until(self) -> datetime | None:
        """The end of the last hour whose examples were scored; None before the first."""
        return max((e.range_end for e in self.done(SCORES)), default=None)

    def not_passed(self) -> list[Entry]:
        """Closed gates that were not passed since, those of hours that are derived again included."""
        return [closures[-1] for closures in self.closures_not_passed()]

    def closures_not_passed(self) -> list[list[Entry]]:
        """The same, each with all its closures since it was last passed, oldest first.

        What a gate of the scores held is passed with later hours too: their run scores what was missed.
        """
        held: dict[tuple[str, datetime], list[Entry]] = {}
        for entry in self._entries:
            place = (entry.hop, entry.hour)
            if entry.state == "closed":
                held.setdefault(place, []).append(entry)
            elif entry.state == "done":
                held.pop(place, None)
            if entry.state == "done" and entry.hop == SCORES:
                held = {p: c for p, c in held.items() if p[0] != SCORES or c[-1].range_end > entry.range_end}
        return list(held.values())

    def decision(self, state: State, digest: str) -> Entry | None:
        """The line in which somebody decided so about the attempt with this digest; None without one."""
        return next((e for e in self._entries if e.state == state and e.digest == digest), None)

    def claim(self) -> Entry | None:
        """The latest bronze publish beyond the frontier: its run is the one to write silver and gold."""
        live = self.open_publishes("bronze")
        return live[-1] if live else None

    def open_publishes(self, hop: str) -> list[Entry]:
        """The hop's publishes of hours that are not through yet, oldest first."""
        frontier = self.frontier()
        return [e for e in self.done(hop) if frontier is None or e.range_end > frontier]

    def next_number(self) -> int:
        """The next free publish number."""
        return max((e.number for e in self._entries), default=0) + 1

    def next_entry(self) -> int:
        """The number of the next line."""
        return self._entries[-1].entry + 1 if self._entries else 1


def _entry(row: dict[str, Any]) -> Entry:
    values = dict(row)
    values["rows"] = {name: TableRows(**counts) for name, counts in values["rows"]}
    for name in ("versions_before", "versions"):
        values[name] = dict(values[name])
    return Entry(**values)
