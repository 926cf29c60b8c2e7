"""Prove that bronze and silver come out the same, whatever the order, repetition and batching of the runs.

Each landing folder of drawn histories is run through the hops in two lakes, in a drawn order each, and once
more with files that land late. What is in the change log, the live table and its tombstones must be what a
replay in plain Python says (`tests.oracle.silver_replay`), row for row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from tests.oracle.silver_replay import Replay, Row, replay_feed
from tests.proofs.change_histories import HOURS, Landing, files_of, late_files_of
from tests.unit.orders_pipeline import PIPELINE, START, Orders

FEED = "home/landing/orders/orders"
BASE = START.replace(tzinfo=None)
END = BASE + timedelta(hours=HOURS)
VALID = {"open", "paid", "shipped"}


def prove_orders(spark: SparkSession, root: Path, landing: Landing, runs: tuple[int, ...]) -> None:
    """Run the hours in the given order over files that were all there beforehand. Raises AssertionError."""
    orders = _landed(spark, root, files_of(landing, START))
    orders.run(*runs)
    _compare(orders, runs, lambda file: None, END)


def prove_late_files(spark: SparkSession, root: Path, landing: Landing) -> None:
    """Run hour by hour; after one of them further files of done hours land. Raises AssertionError."""
    orders = _landed(spark, root, files_of(landing, START))
    orders.run(*range(landing.late_after + 1))
    for path, text in late_files_of(landing, START).items():
        orders.write(f"{FEED}/{path}", text)
    orders.run(*range(landing.late_after + 1, HOURS))
    frontier = BASE + timedelta(hours=landing.late_after + 1)
    _compare(orders, ("late", landing.late_after), lambda file: frontier if "/late-" in file else None, END)


def _landed(spark: SparkSession, root: Path, files: dict[str, str]) -> Orders:
    orders = Orders(spark, root)
    orders.write("pipelines/orders/pipeline.yaml", PIPELINE.replace("0.5", "1.0"))  # many drawn rows are bad
    for path, text in files.items():
        orders.write(f"{FEED}/{path}", text)
    return orders


def _compare(
    orders: Orders, runs: tuple[object, ...], frontier_of: Callable[[str], datetime | None], until: datetime
) -> None:
    replay = replay_feed(
        orders.settings.landing / "orders", "orders", ["order_id"], _broken, until, frontier_of
    )
    assert _log_of(orders) == _expected_log(replay), f"the change log after runs {runs}"
    assert _live_of(orders) == _expected_live(replay), f"the live rows after runs {runs}"
    ended = {row[0] for row in orders.rows("silver.orders", "order_id", "_deleted") if row[1]}
    assert ended == {_number(key[0]) for key in replay.tombstones}, f"the tombstones after runs {runs}"


def _broken(row: Row) -> bool:
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
    found = [
        (
            *(_number(row["order_id"]), row["status"], _amount(row["amount"])),
            *(row["_op"], row["_file"], row["_row"]),
            *(f"{row[name]:%Y-%m-%d %H:%M:%S}" for name in ("_committed_at", "_known_at")),
            row["_marked"],
        )
        for row in replay.log
    ]
    return sorted(found, key=str)


def _live_of(orders: Orders) -> list[tuple[Any, ...]]:
    return sorted(orders.live(), key=str)


def _expected_live(replay: Replay) -> list[tuple[Any, ...]]:
    found = [
        (_number(row["order_id"]), row["status"], _amount(row["amount"])) for row in replay.live.values()
    ]
    return sorted(found, key=str)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _amount(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
