"""Prove that silver and gold come out the same, whatever the order, repetition and batching of the runs.

Each landing folder of drawn histories is run through the hops in a lake of its own: in a drawn order of runs
with all files there beforehand, and hour by hour with files that land late. What is in the change log, the
live table, its tombstones and a gold table must be, row for row, what a replay in plain Python says
(`tests.oracle.silver_replay`). Histories have keys of their own, so every difference belongs to one of them.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from pyspark.sql import SparkSession

from headgate.stack.local_spark import local_spark
from tests.oracle.silver_replay import Replay, Row, history_of, load_start, replay_feed
from tests.proofs.change_histories import (
    HOURS,
    KEYS_APART,
    Landing,
    files_of,
    landings,
    late_files_of,
    orders_of_runs,
)
from tests.unit.orders_pipeline import PIPELINE, START, Orders

FEED = "home/landing/orders/orders"
BASE = START.replace(tzinfo=None)
END = BASE + timedelta(hours=HOURS)
VALID = {"open", "paid", "shipped"}
SPEC = f"""{PIPELINE.replace("0.5", "1.0").replace("{feed: orders}", "{feed: orders, history: true}")}
gold:
  recent_changes: {{inputs: [orders], transform: recent_changes, grain: [order_id, as_of], lookback: 1h}}
"""
"""Many drawn rows are bad, so their share closes no gate."""

TRANSFORM = '''
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange


def recent_changes(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """The changes of an order that became known in the last two hours before each as-of hour."""
    hours = F.array("_known_at", F.timestamp_add("HOUR", F.lit(1), "_known_at"))
    seen = inputs["orders"].withColumn("as_of", F.explode(hours)).where(F.col("as_of") <= F.lit(window.end))
    if window.start is not None:
        seen = seen.where(F.col("as_of") > F.lit(window.start))
    return seen.groupBy("order_id", "as_of").agg(
        F.count(F.lit(1)).cast("int").alias("changes"), F.sum("amount").alias("amount")
    )
'''
CONTRACT = """
description: How an order changed lately. Grain, one row an order and as-of hour.
key: [order_id, as_of]
columns:
  order_id: {type: bigint}
  as_of: {type: timestamp}
  changes: {type: int}
  amount: {type: double}
"""

HISTORIES = 20
"""Histories of one landing folder."""


@dataclass(frozen=True)
class Difference:
    """A row that one of both sides lacks."""

    history: int
    table: str
    side: str
    row: tuple[Any, ...]


def prove(runs: int, number: int) -> bool:
    """Prove at least `runs` histories, drawn from the seed `number`; returns whether none failed.

    Prints what differs, and as its last line `N passed, N failed`.
    """
    passed = failed = 0
    started = time.monotonic()

    with tempfile.TemporaryDirectory(prefix="headgate-convergence-") as folder:
        spark = local_spark(Path(folder), "headgate prove convergence")

        @seed(number)
        @settings(
            max_examples=ceil(runs / HISTORIES),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(landing=landings(HISTORIES), order=orders_of_runs())
        def prove_landing(landing: Landing, order: tuple[int, ...]) -> None:
            nonlocal passed, failed
            found = [*in_order(spark, landing, order), *with_late_files(spark, landing)]
            wrong = {difference.history for difference in found}
            failed += len(wrong)
            passed += HISTORIES - len(wrong)
            for difference in found:
                history = landing.histories[difference.history]
                print(f"{difference}\n  runs {order}, load {landing.load}, {history}")
            print(f"{passed + failed} histories, {time.monotonic() - started:.0f} s", flush=True)

        prove_landing()
        spark.stop()
    print(f"seed {number}")
    print(f"{passed} passed, {failed} failed")
    return failed == 0


def in_order(spark: SparkSession, landing: Landing, runs: tuple[int, ...]) -> list[Difference]:
    """What differs after the hours were run in the given order, all files being there beforehand."""
    with tempfile.TemporaryDirectory(prefix="headgate-orders-") as root:
        orders = landed(spark, Path(root), files_of(landing, START))
        orders.run(*runs)
        return _differences(orders, lambda file: None)


def with_late_files(spark: SparkSession, landing: Landing) -> list[Difference]:
    """What differs after a forward run in the middle of which further files of done hours land."""
    with tempfile.TemporaryDirectory(prefix="headgate-orders-") as root:
        orders = landed(spark, Path(root), files_of(landing, START))
        orders.run(*range(landing.late_after + 1))
        for path, text in late_files_of(landing, START).items():
            orders.write(f"{FEED}/{path}", text)
        orders.run(*range(landing.late_after + 1, HOURS))
        frontier = BASE + timedelta(hours=landing.late_after + 1)
        return _differences(orders, lambda file: frontier if "/late-" in file else None)


def landed(spark: SparkSession, root: Path, files: dict[str, str]) -> Orders:
    orders = Orders(spark, root, ("bronze", "silver", "gold"))
    orders.write("pipelines/orders/pipeline.yaml", SPEC)
    orders.write("pipelines/orders/gold.py", TRANSFORM)
    orders.write("expectations/orders/gold.recent_changes.yaml", CONTRACT)
    for path, text in files.items():
        orders.write(f"{FEED}/{path}", text)
    return orders


def _differences(orders: Orders, frontier_of: Callable[[str], datetime | None]) -> list[Difference]:
    landing = orders.settings.landing / "orders"
    replay = replay_feed(landing, "orders", ["order_id"], broken, END, frontier_of)
    ended = [row[:1] for row in orders.rows("silver.orders", "order_id", "_deleted") if row[1]]
    return [
        *_between("change log", _log_of(orders), _expected_log(replay)),
        *_between("live rows", orders.live(), expected_live(replay)),
        *_between("history", _history_of(orders), _expected_history(replay, landing)),
        *_between("gold", gold_of(orders), _expected_gold(replay)),
        *_between("tombstones", ended, [(_number(key[0]),) for key in replay.tombstones]),
    ]


def _between(
    table: str, found: Sequence[tuple[Any, ...]], expected: Sequence[tuple[Any, ...]]
) -> list[Difference]:
    """Rows start with their order, whose number tells the history."""
    too_many, missing = Counter(found) - Counter(expected), Counter(expected) - Counter(found)
    return [
        Difference(row[0] // KEYS_APART, table, side, row)
        for side, rows in (("found only", too_many), ("expected only", missing))
        for row in rows.elements()
    ]


def broken(row: Row) -> bool:
    amount = _amount(row["amount"])
    return (row["status"] not in {*VALID, None}) or (amount is not None and amount < 0)


def _log_of(orders: Orders) -> list[tuple[Any, ...]]:
    return orders.rows(
        "silver.orders_changes",
        *("order_id", "status", "amount", "_op", "_file", "_row"),
        "date_format(_committed_at, 'yyyy-MM-dd HH:mm:ss')",
        "date_format(_known_at, 'yyyy-MM-dd HH:mm:ss')",
        "size(_failed_rules) > 0",
    )


def _expected_log(replay: Replay) -> list[tuple[Any, ...]]:
    return [
        (
            *(_number(row["order_id"]), row["status"], _amount(row["amount"])),
            *(row["_op"], row["_file"], row["_row"]),
            *(f"{row[name]:%Y-%m-%d %H:%M:%S}" for name in ("_committed_at", "_known_at")),
            row["_marked"],
        )
        for row in replay.log
    ]


def expected_live(replay: Replay) -> list[tuple[Any, ...]]:
    return [(_number(row["order_id"]), row["status"], _amount(row["amount"])) for row in replay.live.values()]


def _history_of(orders: Orders) -> list[tuple[Any, ...]]:
    moments = [f"date_format({name}, 'yyyy-MM-dd HH:mm:ss')" for name in ("valid_from", "valid_to")]
    frame = orders.spark.table("orders_silver.orders_history")
    return [tuple(row) for row in frame.selectExpr("order_id", "status", "amount", *moments).collect()]


def _expected_history(replay: Replay, landing: Path) -> list[tuple[Any, ...]]:
    started = load_start(replay, landing, "orders")
    spans = history_of(replay, ["order_id"], lambda row: (row["status"], _amount(row["amount"])), started)
    return [
        (_number(key[0]), *values, *(None if at is None else f"{at:%Y-%m-%d %H:%M:%S}" for at in times))
        for key, values, *times in spans
    ]


def gold_of(orders: Orders) -> list[tuple[Any, ...]]:
    moment = "date_format(as_of, 'yyyy-MM-dd HH:mm:ss')"
    return orders.rows("gold.recent_changes", "order_id", moment, "changes", "amount")


def _expected_gold(replay: Replay) -> list[tuple[Any, ...]]:
    """Every unmarked change counts at its own hour and at the next one, as far as hours were run."""
    seen: dict[tuple[int | None, str], list[float | None]] = {}
    for row in replay.log:
        for as_of in (row["_known_at"], row["_known_at"] + timedelta(hours=1)):
            if not row["_marked"] and as_of <= END:
                group = (_number(row["order_id"]), f"{as_of:%Y-%m-%d %H:%M:%S}")
                seen.setdefault(group, []).append(_amount(row["amount"]))
    return [(*group, len(amounts), _sum(amounts)) for group, amounts in seen.items()]


def _sum(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _amount(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
