"""Drawn histories of changes: ties, inserts after deletes, unknown keys, bad rows, loads, late files.

Many histories lie side by side in one landing folder, each with keys of its own, so that one run of the hops
tries all of them. A history has the changes of some orders, and in a second feed those of their lines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

HOURS = 4
KEYS = 3
"""Keys of one history."""

KEYS_APART = 10
"""How far the keys of one history lie from those of the next."""

FILES = 2
"""Files of changes an hour may have."""

STATUSES = ("open", "paid", "shipped", "lost", "")
"""`lost` breaks a rule; an empty one is null."""

AMOUNTS = ("0", "1", "2.5", "-1", "", "much")
"""A negative one breaks a rule; `much` is no number, so it is null."""

AHEAD = 0.1
"""Share of changes that may be committed ahead of their file's hour, in an hour of the proof yet."""

MOMENTS = (0, 1, 1800, 1801, 3599)
LOAD_STARTS = (0, 900, 1800, 3500)
"""Seconds of an hour at which things happen, so few that many happen at once."""

HEADERS = {
    "orders": "Op,committed_at,order_id,status,amount",
    "lines": "Op,committed_at,order_id,line,status,amount",
}
LOAD_HEADER = "committed_at,order_id,status,amount"
FIRST_LOAD, SECOND_LOAD = "LOAD00000001.csv", "LOAD00000002.csv"
LOAD_SECONDS = 20
"""What a full load takes: its rows have different transfer times."""


@dataclass(frozen=True)
class Change:
    """One line of a file of changes: `moment` is in seconds after the start of `hour`; many are the same.

    `ahead`: how many hours after that of its file it was committed, by a clock that goes wrong.
    `line` is part of the key in the feed of lines, and of no matter in that of orders.
    """

    hour: int
    moment: int
    operation: str
    key: int
    line: int
    status: str
    amount: str
    file: int
    ahead: int = 0


@dataclass(frozen=True)
class History:
    """What happened to some orders and their lines: changes in the order of their lines in the files, what
    full loads of the orders hold, and the changes in files that come late."""

    changes: tuple[Change, ...]
    lines: tuple[Change, ...]
    loaded: Mapping[int, tuple[str, str]]
    reloaded: Mapping[int, tuple[str, str]]
    late: tuple[Change, ...]
    late_lines: tuple[Change, ...]


@dataclass(frozen=True)
class Load:
    """A full load of the orders: hour and second of its start. `replaces`: it lands in place of the first."""

    hour: int
    second: int
    replaces: bool = False


@dataclass(frozen=True)
class Landing:
    """The histories of one landing folder, and what they share.

    `load`: the full load that is there beforehand, None without one. `sent_again`: hours whose first file
    stands there a second time under another name. `late_after`: after which hour's run the late files and the
    second load land.
    """

    histories: tuple[History, ...]
    load: Load | None
    second_load: Load | None
    sent_again: frozenset[int]
    late_after: int


def drawn_change(draw: Random) -> Change:
    """One change in one of the hours, one in ten of them committed ahead of the hour of its file."""
    hour = draw.randrange(HOURS)
    return Change(
        hour=hour,
        moment=draw.choice(MOMENTS),
        operation=draw.choice("IUUD"),
        key=draw.randrange(KEYS),
        line=draw.randrange(2),
        status=draw.choice(STATUSES),
        amount=draw.choice(AMOUNTS),
        file=draw.randrange(FILES),
        ahead=draw.randrange(HOURS - hour) if draw.random() < AHEAD else 0,
    )


def drawn_history(draw: Random) -> History:
    """One history."""

    def changes(least: int, most: int) -> tuple[Change, ...]:
        return tuple(drawn_change(draw) for _ in range(draw.randint(least, most)))

    def held() -> dict[int, tuple[str, str]]:
        keys = draw.sample(range(KEYS), draw.randint(0, KEYS))
        return {key: (draw.choice(STATUSES[:3]), draw.choice(AMOUNTS[:3])) for key in keys}

    return History(
        changes=changes(1, 10),
        lines=changes(0, 4),
        loaded=held(),
        reloaded=held(),
        late=changes(0, 3),
        late_lines=changes(0, 2),
    )


def drawn_landing(draw: Random, count: int) -> Landing:
    """A landing folder of `count` histories.

    A second load was taken after the first, and lands when that is archived: loads that are there at once are
    parts of one. It comes late where its hour is done by then, and then has a name of its own.
    """
    late_after = draw.randrange(HOURS - 1)
    load, second = None, None
    if draw.random() < 0.8:
        load = Load(min(draw.randrange(HOURS), draw.randrange(HOURS)), draw.choice(LOAD_STARTS))
    if load is not None and load.hour <= late_after and draw.random() < 0.8:
        hour, start = draw.randint(load.hour, HOURS - 1), draw.choice(LOAD_STARTS)
        if (hour, start) > (load.hour, load.second + LOAD_SECONDS):
            second = Load(hour, start, replaces=hour > late_after and draw.random() < 0.5)
    return Landing(
        histories=tuple(drawn_history(draw) for _ in range(count)),
        load=load,
        second_load=second,
        sent_again=frozenset(draw.sample(range(HOURS), draw.randint(0, 2))),
        late_after=late_after,
    )


def landings(count: int) -> st.SearchStrategy[Landing]:
    """Landing folders of `count` histories.

    Only a seed is drawn by Hypothesis: of as large a value as this it would draw little but the smallest.
    """
    return st.integers(0, 2**32 - 1).map(lambda number: drawn_landing(Random(number), count))


def drawn_runs(draw: Random, last: int) -> tuple[int, ...]:
    """Hours up to `last` in an order of runs: some left out, some repeated, `last` there."""
    hours = [draw.randint(0, last) for _ in range(draw.randint(0, 2))]
    return tuple(hours if last in hours else [*hours, last])


def order_id(history: int, key: int) -> int:
    """The key in the landing folder: histories do not meet."""
    return history * KEYS_APART + key


def files_of(landing: Landing, start: datetime, feed: str = "orders") -> dict[str, str]:
    """Path below the feed's folder -> text, of what is there beforehand."""
    own = [history.lines if feed == "lines" else history.changes for history in landing.histories]
    files = _files(feed, own, start, "now")
    for hour in landing.sent_again:
        first = _path(start, hour, "now", 0)
        if first in files:
            files[_path(start, hour, "sent-again", 0)] = files[first]
    if feed == "orders" and landing.load is not None:
        files |= _load(landing.load, [history.loaded for history in landing.histories], start, FIRST_LOAD)
    return files


def late_files_of(landing: Landing, start: datetime, feed: str = "orders") -> dict[str, str]:
    """The same of what lands only after the run of `late_after`: it may be of hours that are done by then."""
    own = [history.late_lines if feed == "lines" else history.late for history in landing.histories]
    files = _files(feed, own, start, "late")
    second = landing.second_load
    if feed == "orders" and second is not None:
        name = FIRST_LOAD if second.replaces else SECOND_LOAD
        files |= _load(second, [history.reloaded for history in landing.histories], start, name)
    return files


def _load(
    load: Load, held: Sequence[Mapping[int, tuple[str, str]]], start: datetime, name: str
) -> dict[str, str]:
    """The file of a full load with what it `held` of each history; none where that is nothing."""
    begun = start + timedelta(hours=load.hour, seconds=load.second)
    rows = [
        f"{begun + timedelta(seconds=LOAD_SECONDS * (key % 2)):%Y-%m-%d %H:%M:%S},"
        f"{order_id(number, key)},{status},{amount}"
        for number, own in enumerate(held)
        for key, (status, amount) in sorted(own.items())
    ]
    return {name: "\n".join([LOAD_HEADER, *rows]) + "\n"} if rows else {}


def _files(feed: str, changes: Sequence[Sequence[Change]], start: datetime, name: str) -> dict[str, str]:
    """`changes`: those of each history. Lines of one file stand in the order of the histories."""
    rows: dict[str, list[str]] = {}
    for number, own in enumerate(changes):
        for change in own:
            at = start + timedelta(hours=change.hour + change.ahead, seconds=change.moment)
            key = f"{order_id(number, change.key)}" + (f",{change.line}" if feed == "lines" else "")
            path = _path(start, change.hour, name, change.file)
            rows.setdefault(path, []).append(
                f"{change.operation},{at:%Y-%m-%d %H:%M:%S},{key},{change.status},{change.amount}"
            )
    return {path: "\n".join([HEADERS[feed], *own]) + "\n" for path, own in rows.items()}


def _path(start: datetime, hour: int, name: str, number: int) -> str:
    return f"{start + timedelta(hours=hour):%Y/%m/%d/%H}/{name}-{number}.csv"
