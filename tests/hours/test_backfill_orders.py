"""Backfills in any order, derived again or mended, give the tables of a plain run forward."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.run_range import Behind
from tests.hours.orders_pipeline import CONTRACT, START, Orders
from tests.proofs.orders_with_gold import CONTRACT as GOLD_CONTRACT
from tests.proofs.orders_with_gold import SPEC, TRANSFORM

STRICTER = CONTRACT.replace("[open, paid, shipped]", "[open, paid]")
LARGEST = TRANSFORM.replace('F.sum("amount")', 'F.max("amount")')
FEED = "home/landing/orders/orders"
FOLDER, NAME = "orders/2024/01/01", "20240101-000000000.csv"
NO_LOAD = "0000-00-00T00:00:00.000000"
"""The load generation of changes before any full load."""
STATUS, AMOUNT = ["status.one_of"], ["amount.between"]
LOG = [
    (1, "I", 1, 1, "open", 10.0, []),
    (1, "I", 2, 2, "open", 20.0, []),
    (1, "I", 3, 3, "lost", 3.0, STATUS),
    (2, "I", 3, 1, "paid", 12.0, []),
    (2, "U", 1, 1, "shipped", 11.0, STATUS),
    (2, "U", 2, 2, "open", -1.0, AMOUNT),
    (3, "D", 1, 2, None, None, []),
    (3, "D", 5, 9, None, None, []),
    (3, "I", 2, 4, "shipped", 4.0, STATUS),
    (3, "I", 3, 2, "paid", 21.0, []),
    (3, "U", 4, 4, "open", 6.0, []),
]
"""With the changed code: hour known at, operation, line, order, status, amount, broken rules."""
FILES = {(f"{FOLDER}/{hour - 1:02}/{NAME}", hour) for hour in (1, 2, 3)}
"""The files of the change log, each with the hour known at."""
LIVE = [
    (1, "paid", 12.0, f"{NO_LOAD}|1|2024-01-01T01:05:00.000000|{FOLDER}/01/{NAME}|0000000003", 2, False),
    (2, "paid", 21.0, f"{NO_LOAD}|1|2024-01-01T02:06:00.000000|{FOLDER}/02/{NAME}|0000000003", 3, False),
    (4, "open", 6.0, f"{NO_LOAD}|1|2024-01-01T02:07:00.000000|{FOLDER}/02/{NAME}|0000000004", 3, False),
    (9, None, None, f"{NO_LOAD}|1|2024-01-01T02:08:00.000000|{FOLDER}/02/{NAME}|0000000005", 3, True),
]
"""Order, status, amount, place in the order of changes, hour known at, whether it is a tombstone."""
GOLD = [
    (1, 1, 1, 10.0),
    (1, 2, 2, 12.0),
    (1, 3, 1, 12.0),
    (2, 1, 1, 20.0),
    (2, 2, 1, 20.0),
    (2, 3, 2, 21.0),
    (4, 3, 1, 6.0),
    (9, 3, 1, None),
]
"""Order, as-of hour, changes, largest amount."""


def landed(spark: SparkSession, root: Path) -> Orders:
    """Three hours of orders, none of which was run."""
    made = Orders(spark, root, ("bronze", "silver", "gold"))
    made.write("pipelines/orders/pipeline.yaml", SPEC)
    made.write("pipelines/orders/gold.py", TRANSFORM)
    made.write("expectations/orders/gold.recent_changes.yaml", GOLD_CONTRACT)
    made.land(0, "I,05:00,1,open,10", "I,06:00,2,open,20", "I,07:00,3,lost,3")
    made.land(1, "U,05:00,1,shipped,11", "U,05:00,2,open,-1", "I,05:00,1,paid,12")
    late = ("U,07:00,4,open,6", "D,08:00,9,,")
    made.land(2, "D,05:00,2,,", "I,05:00,4,shipped,4", "I,06:00,2,paid,21", *late)
    return made


def change_code(orders: Orders) -> None:
    orders.write("expectations/orders/silver.orders.yaml", STRICTER)
    orders.write("pipelines/orders/gold.py", LARGEST)


def require_tables_of_changed_code(orders: Orders) -> None:
    log = ("hour(_known_at)", "_op", "_row", "order_id", "status", "amount", "_failed_rules")
    assert orders.rows("silver.orders_changes", *log) == LOG
    assert set(orders.rows("silver.orders_changes", "_file", "hour(_known_at)")) == FILES
    live = ("order_id", "status", "amount", "_sequence", "hour(_known_at)", "_deleted")
    assert orders.rows("silver.orders", *live) == LIVE
    assert gold(orders) == GOLD


def gold(orders: Orders) -> list[tuple[object, ...]]:
    return orders.rows("gold.recent_changes", "order_id", "hour(as_of)", "changes", "amount")


def test_completed_hours_are_derived_again_after_a_code_change(spark: SparkSession, tmp_path: Path) -> None:
    """The first run is in the middle and takes the hour before it; then backwards, one of them twice."""
    orders = landed(spark, tmp_path)
    orders.run(1, 2)
    assert orders.live() == [(1, "paid", 12.0), (2, "paid", 21.0), (4, "open", 6.0)]
    assert (4, 3, 2, 10.0) in gold(orders)
    change_code(orders)
    orders.run(2, 1, 0, 2)
    require_tables_of_changed_code(orders)


def test_a_dammed_hour_mended_after_others_queued_behind_it(spark: SparkSession, tmp_path: Path) -> None:
    orders = landed(spark, tmp_path)
    change_code(orders)
    path = orders.root / f"{FEED}/{START + timedelta(hours=1):%Y/%m/%d/%H}"
    (file,) = path.glob("*.csv")
    whole = file.read_text()
    orders.run(0)
    file.write_text(whole.replace(",order_id,", ",number,"))
    with pytest.raises(GateClosed):
        orders.hop("bronze", 1)
    for hour in (2, 3):
        with pytest.raises(Behind):
            orders.hop("bronze", hour)
    file.write_text(whole)
    orders.run(1, 2)
    require_tables_of_changed_code(orders)


@pytest.mark.parametrize("between", [(), (1,)], ids=["in one go", "hour by hour"])
def test_a_second_load_ends_what_it_does_not_hold(
    spark: SparkSession, tmp_path: Path, between: tuple[int, ...]
) -> None:
    orders = Orders(spark, tmp_path)
    orders.load(START + timedelta(minutes=10), "1,open,1", "2,open,2", "3,open,3")
    orders.land(0, "U,20:00,1,paid,1")
    orders.run(0)
    orders.land(1, "U,05:00,2,paid,2", "U,06:00,3,paid,3", "I,07:00,4,open,4")
    orders.run(*between)
    orders.load(START + timedelta(hours=2, minutes=10), "2,shipped,20", "3,open,30")
    orders.land(2, "U,05:00,2,open,9", "U,20:00,3,shipped,31", "I,21:00,5,open,5")
    orders.run(2, 0)
    assert orders.live() == [(2, "shipped", 20.0), (3, "shipped", 31.0), (5, "open", 5.0)]
    ended = [row[0] for row in orders.rows("silver.orders", "order_id", "_deleted") if row[1]]
    assert ended == [1, 4]
