"""Replay a feed's landing files row by row: what its change log and its live rows must be.

Independent of the code under test: the csv module and dictionaries, nothing of headgate. All LOAD files of a
feed are one full load. Values are text, None where empty.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Key = tuple[str | None, ...]
HOUR = timedelta(hours=1)
NEVER = datetime.fromisoformat("0001-01-01")


@dataclass
class Replay:
    """What a feed's files amount to.

    `log`: every row of every file: its text columns and `_op`, `_committed_at`, `_known_at`, `_file`, `_row`,
    `_order` (a later change of a key is greater), `_marked` (it broke a quarantine rule).
    `live`: key -> the winning row; `tombstones`: keys whose winner is a deletion, or that a later load left
    out.
    """

    log: list[Row] = field(default_factory=list)
    live: dict[Key, Row] = field(default_factory=dict)
    tombstones: set[Key] = field(default_factory=set)


def replay_feed(
    landing: Path,
    feed: str,
    key: Sequence[str],
    broken: Callable[[Row], bool],
    until: datetime | None = None,
    frontier_of: Callable[[str], datetime | None] = lambda file: None,
) -> Replay:
    """Replay `<landing>/<feed>`.

    `broken` says whether a row that is no deletion breaks a quarantine rule; a row without key or commit time
    always does. Change files of hours from `until` on are left out. `frontier_of` gives the frontier at the
    moment at which a file was archived (None: before the first run). All moments are UTC without zone.
    """
    result = Replay()
    load = [row for path in sorted((landing / feed).glob("LOAD*.csv")) for row in _rows(landing, path)]
    transfers = [row["_committed_at"] for row in load if row["_committed_at"] is not None]
    started, taken = min(transfers, default=None), max(transfers, default=None)
    if until is not None and taken is not None and taken >= until:
        load, started = [], None
    for row in load:
        row["_op"], row["_committed_at"] = "L", taken
    for row in (*load, *_changes(landing, feed, until)):
        committed, frontier = row["_committed_at"], frontier_of(row["_file"])
        if committed is None:
            row["_known_at"] = row.pop("_hour") + HOUR
        else:
            row.pop("_hour", None)
            moment = committed if frontier is None else max(committed, frontier)
            row["_known_at"] = moment.replace(minute=0, second=0, microsecond=0) + HOUR
        after_load = committed is not None and started is not None and committed >= started
        kind = 0 if row["_op"] == "L" else 1
        row["_order"] = (after_load, kind, committed or NEVER, row["_file"], row["_row"])
        no_identity = committed is None or any(row[name] is None for name in key)
        row["_marked"] = no_identity or (row["_op"] != "D" and broken(row))
        result.log.append(row)
    winners: dict[Key, Row] = {}
    for row in result.log:
        if row["_marked"]:
            continue
        name = tuple(row[column] for column in key)
        if name not in winners or winners[name]["_order"] < row["_order"]:
            winners[name] = row
    for name, row in winners.items():
        left_out = started is not None and not row["_order"][0]
        if row["_op"] == "D" or left_out:
            result.tombstones.add(name)
        else:
            result.live[name] = row
    return result


def history_of(
    replay: Replay, key: Sequence[str], values: Callable[[Row], tuple[Any, ...]], started: datetime | None
) -> list[tuple[Key, tuple[Any, ...], datetime, datetime | None]]:
    """Key, values, from when and until when (None: still) each row held, by the clock of the source.

    `values` gives the values of a row that are compared and shown; `started` is when the full load began.
    """
    rows_of: dict[Key, list[Row]] = {}
    for row in sorted((row for row in replay.log if not row["_marked"]), key=lambda row: row["_order"]):
        rows_of.setdefault(tuple(row[column] for column in key), []).append(row)
    spans = []
    for name, rows in rows_of.items():
        said: dict[datetime, tuple[Any, ...] | None] = {}
        clock, loaded = NEVER, started is None
        for row in rows:
            if not loaded and row["_order"][0]:
                loaded, clock = True, max(clock, started or NEVER)
                said[clock] = None
            moment = started if row["_op"] == "L" else row["_committed_at"]
            clock = max(clock, moment or NEVER)
            said[clock] = None if row["_op"] == "D" else values(row)
        if not loaded and started is not None:
            said[max(clock, started)] = None
        begun: tuple[tuple[Any, ...], datetime] | None = None
        for moment, now in said.items():
            if begun is not None and begun[0] != now:
                spans.append((name, begun[0], begun[1], moment))
                begun = None
            if begun is None and now is not None:
                begun = (now, moment)
        if begun is not None:
            spans.append((name, begun[0], begun[1], None))
    return spans


def load_start(replay: Replay, landing: Path, feed: str) -> datetime | None:
    """When the full load began that the replay took, None without one."""
    if not any(row["_op"] == "L" for row in replay.log):
        return None
    files = sorted((landing / feed).glob("LOAD*.csv"))
    moments = [row["_committed_at"] for path in files for row in _rows(landing, path)]
    return min(moment for moment in moments if moment is not None)


def _changes(landing: Path, feed: str, until: datetime | None) -> Iterator[Row]:
    for path in sorted((landing / feed).glob("[0-9]*/[0-9]*/[0-9]*/[0-9]*/*.csv")):
        year, month, day, hour = path.parts[-5:-1]
        at = datetime.fromisoformat(f"{year}-{month}-{day} {hour}:00")
        if until is None or at < until:
            for row in _rows(landing, path):
                row["_hour"] = at
                yield row


def _rows(landing: Path, path: Path) -> Iterator[Row]:
    """The rows of one file with their place in it, counted from 1."""
    name = path.relative_to(landing).as_posix()
    with path.open(encoding="utf-8", newline="") as lines:
        for number, record in enumerate(csv.DictReader(lines), start=1):
            row: Row = {column: text or None for column, text in record.items()}
            row["_op"] = row.pop("Op", None)
            row["_committed_at"] = _moment(row.pop("committed_at", None))
            row["_file"], row["_row"] = name, number
            yield row


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
