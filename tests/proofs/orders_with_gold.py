"""The small pipeline of orders with a gold table, alone or with the lines of the orders as a second feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from tests.hours.orders_pipeline import CONTRACT as ORDERS_CONTRACT
from tests.hours.orders_pipeline import PIPELINE, START, Orders
from tests.oracle.silver_replay import Replay, Row
from tests.proofs.change_histories import HOURS

BASE = START.replace(tzinfo=None)
END = BASE + timedelta(hours=HOURS)
VALID = {"open", "paid", "shipped"}
SPEC = f"""{PIPELINE.replace("0.5", "1.0").replace("{feed: orders}", "{feed: orders, history: true}")}
gold:
  recent_changes: {{inputs: [orders], transform: recent_changes, grain: [order_id, as_of], lookback: 1h}}
"""
"""Many drawn rows are bad, so their share closes no gate."""

SPEC_WITH_LINES = (
    SPEC.replace(
        "  orders: {key: [order_id]}\n", "  orders: {key: [order_id]}\n  lines: {key: [order_id, line]}\n"
    )
    .replace("history: true}\n", "history: true}\n  lines: {feed: lines}\n")
    .replace("inputs: [orders]", "inputs: [orders, lines]")
)

TRANSFORM = '''
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange


def recent_changes(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """What of an order and its lines became known in the last two hours before each as-of hour."""
    changes = [frame.select("order_id", "amount", "_known_at") for frame in inputs.values()]
    hours = F.array("_known_at", F.timestamp_add("HOUR", F.lit(1), "_known_at"))
    seen = reduce(lambda one, other: one.unionByName(other), changes).withColumn("as_of", F.explode(hours))
    seen = seen.where(F.col("as_of") <= F.lit(window.end))
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
LINES_CONTRACT = ORDERS_CONTRACT.replace("One row per order", "One row per line of an order").replace(
    "key: [order_id]\ncolumns:\n", "key: [order_id, line]\ncolumns:\n  line: {type: int}\n"
)


Files = Mapping[str, Mapping[str, str]]
"""Feed -> path below its folder -> text."""


def landed(spark: SparkSession, root: Path, files: Files) -> Orders:
    """The pipeline below `root` with these files, no hour run; with lines where there are files of lines."""
    orders = Orders(spark, root, ("bronze", "silver", "gold"))
    orders.write("pipelines/orders/pipeline.yaml", SPEC_WITH_LINES if "lines" in files else SPEC)
    orders.write("pipelines/orders/gold.py", TRANSFORM)
    orders.write("expectations/orders/gold.recent_changes.yaml", CONTRACT)
    if "lines" in files:
        orders.write("expectations/orders/silver.lines.yaml", LINES_CONTRACT)
    land(orders, files)
    return orders


def land(orders: Orders, files: Files) -> None:
    """Write files into the pipeline's landing folder."""
    for feed, texts in files.items():
        for path, text in texts.items():
            orders.write(f"home/landing/orders/{feed}/{path}", text)


def gold_of(orders: Orders) -> list[tuple[Any, ...]]:
    """Order, as-of hour as text, changes and amount of the gold table's rows."""
    moment = "date_format(as_of, 'yyyy-MM-dd HH:mm:ss')"
    return orders.rows("gold.recent_changes", "order_id", moment, "changes", "amount")


def expected_live(replay: Replay) -> list[tuple[Any, ...]]:
    """Order, status and amount of the live rows of a replay."""
    return [(int(row["order_id"]), row["status"], amount(row["amount"])) for row in replay.live.values()]


def broken(row: Row) -> bool:
    """Whether a row that is no deletion breaks a rule of the contract that quarantines."""
    number = amount(row["amount"])
    return (row["status"] not in {*VALID, None}) or (number is not None and number < 0)


def amount(text: str | None) -> float | None:
    """What the contract makes of the text of an amount."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
