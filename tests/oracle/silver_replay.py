"""Replay a feed's landing files row by row: what its change log and its live rows must be.

Independent of the code under test: the csv module and dictionaries, nothing of headgate. All LOAD files that
a feed has are one full load, unless it is said which are another. Values are text, None where empty.
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
    out. `started`: when each full load began, the first one first.
    """

    log: list[Row] = field(default_factory=list)
    live: dict[Key, Row] = field(default_factory=dict)
    tombstones: set[Key] = field(default_factory=set)
    started: list[datetime] = field(default_factory=list)


def replay_feed(
    landing: Path,
    feed: str,
    key: Sequence[str],
    broken: Callable[[Row], bool],
    until: datetime | None = None,
    frontier_of: Callable[[str], datetime | None] = lambda file: None,
    loads: Sequence[Sequence[Path]] | None = None,
) -> Replay:
    """Replay `<landing>/<feed>`.

    `loads` are the files of each full load, wherever they lie now; all that the feed has are one where it is
    not given.

    `broken` says whether a row that is no deletion breaks a quarantine rule; a row without key or commit time
    always does. Change files of hours from `until` on are left out. `frontier_of` gives the frontier at the
    moment at which a file was archived (None: before the first run). All moments are UTC without zone.
    """
    result, rows = Replay(), list(_changes(landing, feed, until))
    if loads is None:
        loads = [sorted((landing / feed).glob("LOAD*.csv"))]
    for files in loads:
        load = [row for path in files for row in _rows(path, f"{feed}/{path.name}")]
        transfers = [row["_committed_at"] for row in load if row["_committed_at"] is not None]
        if not transfers or (until is not None and max(transfers) >= until):
            continue
        result.started.append(min(transfers))
        taken = max(transfers)
        for row in load:
            row["_op"], row["_committed_at"] = "L", taken
        rows += load
    result.started.sort()
    for row in rows:
        committed, frontier = row["_committed_at"], frontier_of(row["_file"])
        if committed is None:
            row["_known_at"] = row.pop("_hour") + HOUR
        else:
            row.pop("_hour", None)
            moment = committed if frontier is None else max(committed, frontier)
            row["_known_at"] = moment.replace(minute=0, second=0, microsecond=0) + HOUR
        generation = 0 if committed is None else sum(start <= committed for start in result.started)
        kind = 0 if row["_op"] == "L" else 1
        row["_order"] = (generation, kind, committed or NEVER, row["_file"], row["_row"])
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
        left_out = row["_order"][0] < len(result.started)
        if row["_op"] == "D" or left_out:
            result.tombstones.add(name)
        else:
            result.live[name] = row
    return result


def history_of(
    replay: Replay, key: Sequence[str], values: Callable[[Row], tuple[Any, ...]]
) -> list[tuple[Key, tuple[Any, ...], datetime, datetime | None]]:
    """Key, values, from when and until when (None: still) each row held, by the clock of the source.

    `values` gives the values of a row that are compared and shown.
    """
    rows_of: dict[Key, list[Row]] = {}
    for row in sorted((row for row in replay.log if not row["_marked"]), key=lambda row: row["_order"]):
        rows_of.setdefault(tuple(row[column] for column in key), []).append(row)
    spans = []
    for name, rows in rows_of.items():
        said: dict[datetime, tuple[Any, ...] | None] = {}
        clock, loads = NEVER, replay.started
        generation = 0
        for row in rows:
            for start in loads[generation : row["_order"][0]]:
                clock = max(clock, start)
                said[clock] = None
            generation = row["_order"][0]
            moment = loads[generation - 1] if row["_op"] == "L" else row["_committed_at"]
            clock = max(clock, moment or NEVER)
            said[clock] = None if row["_op"] == "D" else values(row)
        for start in loads[generation:]:
            clock = max(clock, start)
            said[clock] = None
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


def _changes(landing: Path, feed: str, until: datetime | None) -> Iterator[Row]:
    for path in sorted((landing / feed).glob("[0-9]*/[0-9]*/[0-9]*/[0-9]*/*.csv")):
        year, month, day, hour = path.parts[-5:-1]
        at = datetime.fromisoformat(f"{year}-{month}-{day} {hour}:00")
        if until is None or at < until:
            for row in _rows(path, path.relative_to(landing).as_posix()):
                row["_hour"] = at
                yield row


def _rows(path: Path, name: str) -> Iterator[Row]:
    """The rows of one file, of that name in the landing folder, with their place in it, counted from 1."""
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
