"""A feed that declares its source's order of changes is put in that order, whatever clocks and files say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.hours.orders_pipeline import CONTRACT, START, Orders

SPEC = """\
pipeline: orders
schedule: {start: 2024-01-01}
feeds:
  orders: {key: [order_id], sequence: change}
  events: {format: debezium_json, key: [order_id], sequence: log_position}
silver:
  orders: {feed: orders}
  events: {feed: events}
"""
HEADER = "Op,committed_at,order_id,status,amount,change"
CHANGES = (
    (0, "b", "I", "05:00", 1, "open", 10, 1),
    (0, "c", "U", "05:00", 1, "shipped", 12, 2),
    (0, "a", "U", "05:00", 1, "paid", 11, 3),  # the last one, in the first file, at the same moment
    (0, "a", "I", "07:00", 2, "open", 20, 4),
    (1, "a", "U", "09:00", 2, "paid", 21, 6),
    (1, "a", "U", "30:00", 2, "open", 22, 5),  # by a clock that was set back after it
    (1, "b", "D", "01:00", 3, None, None, 8),
    (1, "b", "I", "02:00", 3, "open", 30, 7),
)
"""Hour, file, operation, minute and second, key, status, amount, place in the source's log."""
LIVE = [(1, "paid", 11.0), (2, "paid", 21.0)]
ENDED = [(3,)]


def event(
    operation: str, at: datetime, key: int, status: str | None, amount: float | None, place: int
) -> str:
    row: dict[str, Any] = {"order_id": key, "status": status, "amount": amount}
    return json.dumps(
        {
            "before": {"order_id": key} if operation == "D" else None,
            "after": None if operation == "D" else row,
            "source": {"ts_ms": int(at.timestamp() * 1000), "lsn": place},
            "op": {"I": "c", "U": "u", "D": "d"}[operation],
        }
    )


def write(orders: Orders, hours: tuple[int, ...]) -> None:
    """Write the files of some hours, for the feed of CSV files and for that of Debezium's events."""
    files: dict[str, list[str]] = {}
    for hour, file, operation, clock, key, status, amount, place in CHANGES:
        at = datetime.fromisoformat(f"2024-01-01T{hour:02}:{clock}").replace(tzinfo=UTC)
        folder = f"2024/01/01/{hour:02}"
        line = f"{operation},{at:%Y-%m-%d %H:%M:%S},{key},{status or ''},{amount or ''},{place:08}"
        files.setdefault(f"orders/{folder}/{file}.csv", [HEADER]).append(line)
        files.setdefault(f"events/{folder}/{file}.json", []).append(
            event(operation, at, key, status, amount, place)
        )
    for path, lines in files.items():
        if int(path.split("/")[4]) in hours:
            orders.write(f"home/landing/orders/{path}", "\n".join(lines) + "\n")


@pytest.mark.parametrize("order", [((0,), (1,)), ((0, 1),)], ids=["hour by hour", "in one go"])
def test_the_source_says_which_change_is_the_last(
    spark: SparkSession, tmp_path: Path, order: tuple[tuple[int, ...], ...]
) -> None:
    orders = Orders(spark, tmp_path)
    orders.write("pipelines/orders/pipeline.yaml", SPEC)
    orders.write("expectations/orders/silver.events.yaml", CONTRACT)
    for hours in order:
        write(orders, hours)
        orders.run(hours[-1])
    for table in ("orders", "events"):
        live = orders.rows(f"silver.{table}", "order_id", "status", "amount", "_deleted")
        assert [row[:3] for row in live if not row[3]] == LIVE, table
        assert [row[:1] for row in live if row[3]] == ENDED, table
    assert orders.ledger().last_hour_done() == START.replace(hour=1)
