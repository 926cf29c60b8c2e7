"""Run one landing folder of drawn histories in a drawn order of runs, and hold its tables against a replay.

First hours up to a certain one are run, with all files of all hours there but for late ones; then the late
files and a second full load land, and the other hours are run. What is in the change logs, the live tables,
their tombstones, the history and the gold table must be, row for row, what a replay in plain Python says
(`tests.oracle.silver_replay`). Histories have keys of their own, so every difference belongs to one of them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pyspark.sql import SparkSession

from headgate.lake.paths import table_path
from tests.hours.orders_pipeline import START, Orders
from tests.oracle.silver_replay import Replay, Row, history_of, replay_feed
from tests.proofs.change_histories import (
    FIRST_LOAD,
    HOURS,
    KEYS_APART,
    SECOND_LOAD,
    Landing,
    drawn_landing,
    drawn_runs,
    files_of,
    late_files_of,
)
from tests.proofs.orders_with_gold import BASE, END, amount, broken, land, landed

FEEDS = {"orders": ("order_id",), "lines": ("order_id", "line")}
"""Their keys."""

HISTORIES = 20
"""Histories of one landing folder."""

Texts = tuple[str | None, ...]
"""A row as texts: numbers as Java and Python write them alike, moments to the second in UTC."""


@dataclass(frozen=True)
class Story:
    """A landing folder, and the hours that are run before and after its late files land."""

    landing: Landing
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """A row that one of both sides lacks."""

    history: int
    table: str
    side: str
    row: Texts


def drawn_story(draw: Random, count: int = HISTORIES) -> Story:
    """A story of `count` histories."""
    landing = drawn_landing(draw, count)
    return Story(landing, drawn_runs(draw, landing.late_after), drawn_runs(draw, HOURS - 1))


def differences(spark: SparkSession, story: Story) -> list[Difference]:
    """What the tables have otherwise than the replay, after the runs of a story in a lake of its own."""
    with tempfile.TemporaryDirectory(prefix="headgate-orders-") as folder:
        files = {feed: files_of(story.landing, START, feed) for feed in FEEDS}
        late = {feed: late_files_of(story.landing, START, feed) for feed in FEEDS}
        orders = landed(spark, Path(folder), files)
        orders.run(*story.before)
        loads = _loads(orders, late["orders"])
        land(orders, late)
        orders.run(*story.after)
        replayed = _replay(orders, story.landing, loads)
        found, expected = _found(orders), dict(_expected(replayed))
    return [
        difference
        for table, rows in expected.items()
        for difference in _between(table, found[table], Counter(rows))
    ]


def _loads(orders: Orders, late: Mapping[str, str]) -> list[list[Path]]:
    """The files of each full load; the first is kept apart where the second takes its place."""
    folder = orders.settings.landing / "orders" / "orders"
    first, second = folder / FIRST_LOAD, folder / SECOND_LOAD
    found = [first] if first.is_file() else []
    if FIRST_LOAD in late and found:
        apart = orders.root / "earlier" / FIRST_LOAD
        apart.parent.mkdir()
        found = [Path(shutil.copy(first, apart)), first]
    elif FIRST_LOAD in late:
        found = [first]
    if SECOND_LOAD in late:
        found.append(second)
    return [[path] for path in found]


def _replay(orders: Orders, landing: Landing, loads: list[list[Path]]) -> dict[str, Replay]:
    frontier = BASE + timedelta(hours=landing.late_after + 1)

    def frontier_of(file: str) -> datetime | None:
        return frontier if "/late-" in file or file.endswith(SECOND_LOAD) else None

    folder = orders.settings.landing / "orders"
    return {
        feed: replay_feed(folder, feed, key, broken, END, frontier_of, loads if feed == "orders" else None)
        for feed, key in FEEDS.items()
    }


def _between(table: str, found: Counter[Texts], expected: Counter[Texts]) -> Iterator[Difference]:
    """Rows start with their order, whose number tells the history."""
    for side, rows in (("found only", found - expected), ("expected only", expected - found)):
        for row in rows.elements():
            yield Difference(int(row[0] or 0) // KEYS_APART, table, side, row)


def _found(orders: Orders) -> dict[str, Counter[Texts]]:
    """The rows of all tables, read in one statement."""

    def columns(*names: str) -> str:
        return f"array({', '.join(f'CAST({name} AS STRING)' for name in names)})"

    def table(name: str) -> str:
        return f"delta.`{table_path(orders.settings.lake, 'orders', name)}`"

    sources: list[tuple[str, str, str]] = []
    for feed, key in FEEDS.items():
        values, log, live = (*key, "status", "amount"), f"silver.{feed}_changes", f"silver.{feed}"
        carried = ("_op", "_file", "_row", "_committed_at", "_known_at", "size(_failed_rules) > 0")
        sources += [
            (log, columns(*values, *carried), table(log)),
            (live, columns(*values), f"{table(live)} WHERE NOT _deleted"),
            (f"{live} tombstones", columns(*key), f"{table(live)} WHERE _deleted"),
        ]
    spans = ("order_id", "status", "amount", "valid_from", "valid_to")
    sources.append(("history", columns(*spans), "orders_silver.orders_history"))
    gold = ("order_id", "as_of", "changes", "amount")
    sources.append(("gold", columns(*gold), table("gold.recent_changes")))
    statement = " UNION ALL ".join(f"SELECT '{name}', {row} FROM {source}" for name, row, source in sources)
    found: dict[str, Counter[Texts]] = {name: Counter() for name, _, _ in sources}
    for name, row in orders.spark.sql(statement).collect():
        found[name][tuple(row)] += 1
    return found


def _expected(replayed: Mapping[str, Replay]) -> Iterator[tuple[str, list[Texts]]]:
    for feed, key in FEEDS.items():
        replay = replayed[feed]
        yield (
            f"silver.{feed}_changes",
            [
                (
                    *_values(row, key),
                    *(row["_op"], row["_file"], str(row["_row"])),
                    *(_text(row["_committed_at"]), _text(row["_known_at"])),
                    str(row["_marked"]).lower(),
                )
                for row in replay.log
            ],
        )
        yield f"silver.{feed}", [_values(row, key) for row in replay.live.values()]
        yield f"silver.{feed} tombstones", list(replay.tombstones)
    spans = history_of(replayed["orders"], ["order_id"], lambda row: _values(row, ()))
    yield (
        "history",
        [(*key, *values, _text(begun), _text(ended)) for key, values, begun, ended in spans],
    )
    yield "gold", _expected_gold([row for replay in replayed.values() for row in replay.log])


def _values(row: Row, key: Sequence[str]) -> Texts:
    return (*(row[name] for name in key), row["status"], _text(amount(row["amount"])))


def _expected_gold(log: list[Row]) -> list[Texts]:
    """Every unmarked change counts at its own hour and at the next one, as far as hours were run."""
    seen: dict[tuple[str, datetime], list[float | None]] = {}
    for row in log:
        for as_of in (row["_known_at"], row["_known_at"] + timedelta(hours=1)):
            if not row["_marked"] and as_of <= END:
                seen.setdefault((row["order_id"], as_of), []).append(amount(row["amount"]))
    return [
        (order, _text(as_of), str(len(amounts)), _text(_sum(amounts)))
        for (order, as_of), amounts in seen.items()
    ]


def _sum(amounts: Sequence[float | None]) -> float | None:
    known = [number for number in amounts if number is not None]
    return sum(known) if known else None


def _text(value: Any) -> str | None:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return None if value is None else str(value)
