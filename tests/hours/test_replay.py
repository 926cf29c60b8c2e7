"""Hours derived again as one range come out row for row as the hourly runs did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.gate import gate
from headgate.hops.publish import publish
from headgate.hops.run_range import NotToReplay, replay_range
from headgate.hops.stage import stage
from tests.hours.orders_pipeline import CONTRACT, START, Orders
from tests.proofs.orders_with_gold import CONTRACT as GOLD_CONTRACT
from tests.proofs.orders_with_gold import SPEC, TRANSFORM

STRICTER = CONTRACT.replace("[open, paid, shipped]", "[open, paid]")
CLOSING = CONTRACT.replace("between: {min: 0}, on_fail: quarantine", "between: {min: 0}, on_fail: close")
GOLD = "gold.recent_changes"
LARGEST = TRANSFORM.replace('F.sum("amount")', 'F.max("amount")')


@pytest.fixture(scope="module")
def orders(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Orders:
    """Four hours of orders in three runs: bad rows, a deletion, a missed hour, and a file that came late."""
    made = Orders(spark, tmp_path_factory.mktemp("orders"), ("bronze", "silver", "gold"))
    made.write("pipelines/orders/pipeline.yaml", SPEC)
    made.write("pipelines/orders/gold.py", TRANSFORM)
    made.write("expectations/orders/gold.recent_changes.yaml", GOLD_CONTRACT)
    made.land(0, "I,05:00,1,open,10", "I,06:00,2,open,20", "I,07:00,3,lost,3")
    made.land(1, "U,05:00,1,paid,11", "U,05:00,2,open,-1")
    made.land(2, "D,05:00,2,,", "I,05:00,4,shipped,4")
    made.run(0)
    made.land(0, "U,59:00,1,shipped,12", "I,58:00,5,paid,5", name="late")
    made.run(2)
    made.land(3, "U,05:00,4,shipped,6")
    made.run(3)
    return made


def replay(orders: Orders, first: int, last: int, *hops: str) -> None:
    begin, end = (START + timedelta(hours=hour) for hour in (first, last))
    for hop in hops:
        name = orders.attempt(hop, last)
        stage(orders.spark, orders.settings, "orders", hop, end, name, replay_from=begin)
        gate(orders.spark, orders.settings, "orders", hop, name)
        publish(orders.spark, orders.settings, "orders", hop, name)


def tables(orders: Orders) -> dict[str, list[tuple[object, ...]]]:
    return {table: orders.rows(table, "*") for table in ("silver.orders_changes", "silver.orders", GOLD)}


@pytest.mark.parametrize(("first", "last"), [(0, 3), (1, 2)])
def test_hours_that_come_out_the_same_change_nothing(orders: Orders, first: int, last: int) -> None:
    before, frontier = tables(orders), orders.ledger().frontier()
    replay(orders, first, last, "silver", "gold")
    assert tables(orders) == before
    assert orders.ledger().frontier() == frontier
    path = orders.settings.lake / "orders/gold/recent_changes"
    changed = orders.spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").select("operationMetrics").first()
    assert changed is not None
    kinds = ("Inserted", "Updated", "Deleted")
    assert {changed[0][f"numTargetRows{kind}"] for kind in kinds} == {"0"}


def test_a_gate_that_closes_on_a_replay_holds_no_hour_back(orders: Orders) -> None:
    before = tables(orders)
    orders.write("expectations/orders/silver.orders.yaml", CLOSING)
    with pytest.raises(GateClosed):
        replay(orders, 0, 3, "silver")
    assert tables(orders) == before
    assert orders.ledger().closed_gates() == []


@pytest.mark.parametrize(
    ("first", "last", "why", "way"),
    [
        (
            2,
            9,
            "the last hour done is 2024-01-01T03",
            "replay orders --from 2024-01-01T02 --to 2024-01-01T03",
        ),
        (2, 1, "the first lies after the last", "replay orders --from 2024-01-01T01 --to 2024-01-01T02"),
    ],
)
def test_hours_that_are_not_done_are_refused(
    orders: Orders, first: int, last: int, why: str, way: str
) -> None:
    hours = (START + timedelta(hours=hour) for hour in (first, last))
    with pytest.raises(NotToReplay) as refused:
        replay_range(orders.ledger(), "orders", START, *hours)
    assert str(refused.value) == (
        f"The hours 2024-01-01T{first:02} to 2024-01-01T{last:02} cannot be derived again: {why}.\n"
        "  where: orders_replay\n"
        "  left behind: Nothing was read, and all published tables are as they were.\n"
        f"  next: ./headgate {way}"
    )


def test_after_a_change_one_pass_gives_what_the_hourly_runs_give(orders: Orders) -> None:
    before = tables(orders)
    orders.write("expectations/orders/silver.orders.yaml", STRICTER)
    orders.write("pipelines/orders/gold.py", LARGEST)
    replay(orders, 0, 3, "gold")
    gold_alone = tables(orders)
    assert gold_alone[GOLD] != before[GOLD]
    assert {**gold_alone, GOLD: None} == {**before, GOLD: None}
    replay(orders, 0, 3, "silver", "gold")
    once = tables(orders)
    assert all(once[table] != before[table] for table in before)
    orders.run(3, 0, 2)
    assert tables(orders) == once
