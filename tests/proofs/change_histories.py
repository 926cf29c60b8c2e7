"""Drawn histories of changes: ties, inserts after deletes, unknown keys, bad rows, a load, late files.

Many histories lie side by side in one landing folder, each with keys of its own, so that one run of the hops
tries all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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

HEADER = "Op,committed_at,order_id,status,amount"


@dataclass(frozen=True)
class Change:
    """One line of a file of changes: `moment` is in seconds after the start of `hour`; many are the same."""

    hour: int
    moment: int
    operation: str
    key: int
    status: str
    amount: str
    file: int


@dataclass(frozen=True)
class History:
    """What happened to some keys: changes in the order of their lines, and the values that a load holds."""

    changes: tuple[Change, ...]
    loaded: Mapping[int, tuple[str, str]]
    late: tuple[Change, ...]


@dataclass(frozen=True)
class Landing:
    """The histories of one landing folder, and what they share.

    `load`: hour and second of the full load, None without one. `sent_again`: hours whose first file stands
    there a second time under another name. `late_after`: after which hour's run the late files land.
    """

    histories: tuple[History, ...]
    load: tuple[int, int] | None
    sent_again: frozenset[int]
    late_after: int


def changes(hours: int) -> st.SearchStrategy[Change]:
    """One change in one of the first `hours` hours."""
    return st.builds(
        Change,
        hour=st.integers(0, hours - 1),
        moment=st.sampled_from((0, 1, 1800, 1801, 3599)),
        operation=st.sampled_from("IUUD"),
        key=st.integers(0, KEYS - 1),
        status=st.sampled_from(STATUSES),
        amount=st.sampled_from(AMOUNTS),
        file=st.integers(0, FILES - 1),
    )


def histories() -> st.SearchStrategy[History]:
    """One history."""
    values = st.tuples(st.sampled_from(STATUSES[:3]), st.sampled_from(AMOUNTS[:3]))
    return st.builds(
        History,
        changes=st.lists(changes(HOURS), min_size=1, max_size=10).map(tuple),
        loaded=st.dictionaries(st.integers(0, KEYS - 1), values, max_size=KEYS),
        late=st.lists(changes(HOURS - 1), max_size=3).map(tuple),
    )


def landings(count: int) -> st.SearchStrategy[Landing]:
    """A landing folder of `count` histories."""
    return st.builds(
        Landing,
        histories=st.lists(histories(), min_size=count, max_size=count).map(tuple),
        load=st.none() | st.tuples(st.integers(0, HOURS - 1), st.sampled_from((0, 900, 1800, 3599))),
        sent_again=st.frozensets(st.integers(0, HOURS - 1), max_size=2),
        late_after=st.integers(0, HOURS - 2),
    )


def orders_of_runs() -> st.SearchStrategy[tuple[int, ...]]:
    """Hours in an order in which somebody may run them: some left out, some repeated, the last one there."""
    return (
        st.lists(st.integers(0, HOURS - 1), max_size=4)
        .map(lambda hours: hours if HOURS - 1 in hours else [*hours, HOURS - 1])
        .map(tuple)
    )


def order_id(history: int, key: int) -> int:
    """The key in the landing folder: histories do not meet."""
    return history * KEYS_APART + key


def files_of(landing: Landing, start: datetime) -> dict[str, str]:
    """Path below the feed's folder -> text, of what is there beforehand."""
    files = _files([history.changes for history in landing.histories], start, "now")
    for hour in landing.sent_again:
        first = _path(start, hour, "now", 0)
        if first in files:
            files[_path(start, hour, "sent-again", 0)] = files[first]
    if landing.load is not None:
        hour, second = landing.load
        at = f"{start + timedelta(hours=hour, seconds=second):%Y-%m-%d %H:%M:%S}"
        rows = [
            f"{at},{order_id(number, key)},{status},{amount}"
            for number, history in enumerate(landing.histories)
            for key, (status, amount) in sorted(history.loaded.items())
        ]
        files["LOAD00000001.csv"] = "\n".join(["committed_at,order_id,status,amount", *rows]) + "\n"
    return files


def late_files_of(landing: Landing, start: datetime) -> dict[str, str]:
    """The same of what lands only after the run of `late_after`, all of it of hours that are done by then."""
    late = [
        tuple(change for change in history.late if change.hour <= landing.late_after)
        for history in landing.histories
    ]
    return _files(late, start, "late")


def _files(changes: Sequence[Sequence[Change]], start: datetime, name: str) -> dict[str, str]:
    """`changes`: those of each history. Lines of one file stand in the order of the histories."""
    lines: dict[str, list[str]] = {}
    for number, own in enumerate(changes):
        for change in own:
            at = start + timedelta(hours=change.hour, seconds=change.moment)
            values = f"{order_id(number, change.key)},{change.status},{change.amount}"
            path = _path(start, change.hour, name, change.file)
            lines.setdefault(path, []).append(f"{change.operation},{at:%Y-%m-%d %H:%M:%S},{values}")
    return {path: "\n".join([HEADER, *rows]) + "\n" for path, rows in lines.items()}


def _path(start: datetime, hour: int, name: str, number: int) -> str:
    return f"{start + timedelta(hours=hour):%Y/%m/%d/%H}/{name}-{number}.csv"
