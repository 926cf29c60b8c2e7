"""A full load counts once its gate has passed; what is mended while its hours are open replaces the old."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.gate import gate
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from tests.hours.orders_pipeline import CONTRACT, PIPELINE, START, Orders

CLOSES = CONTRACT.replace("between: {min: 0}, on_fail: quarantine", "between: {min: 0}, on_fail: close")
HISTORY = PIPELINE.replace("{feed: orders}", "{feed: orders, history: true}")
LOAD_AT = START + timedelta(hours=1, minutes=30)


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    """Two orders in the first hour; an amount below zero closes the gate."""
    made = Orders(spark, tmp_path)
    made.write("pipelines/orders/pipeline.yaml", HISTORY)
    made.write("expectations/orders/silver.orders.yaml", CLOSES)
    made.land(0, "I,05:00,1,open,10", "I,06:00,2,open,20")
    return made


def replay(orders: Orders, hour: int) -> None:
    at, name = START + timedelta(hours=hour), orders.attempt("silver", hour)
    stage(orders.spark, orders.settings, "orders", "silver", at, name, replay_from=at)
    gate(orders.spark, orders.settings, "orders", "silver", name)
    publish(orders.spark, orders.settings, "orders", "silver", name)


def test_a_load_behind_a_closed_gate_ends_no_row(orders: Orders) -> None:
    orders.run(0)
    orders.load(LOAD_AT, "1,paid,-1")
    orders.hop("bronze", 1)
    with pytest.raises(GateClosed):
        orders.hop("silver", 1)
    replay(orders, 0)
    assert orders.live() == [(1, "open", 10.0), (2, "open", 20.0)]


def test_a_load_that_is_mended_opens_its_gate_and_alone_counts(orders: Orders) -> None:
    orders.run(0)
    orders.load(LOAD_AT, "1,paid,-1", "3,open,3")
    orders.hop("bronze", 1)
    with pytest.raises(GateClosed):
        orders.hop("silver", 1)
    orders.load(LOAD_AT, "1,paid,1")
    orders.run(1)
    assert orders.live() == [(1, "paid", 1.0)]
    orders.run(1)
    assert orders.live() == [(1, "paid", 1.0)]
    loaded = [
        row for row in orders.rows("silver.orders_changes", "_op", "order_id", "_revision") if row[0] == "L"
    ]
    assert loaded == [("L", 1, 1)]


@pytest.mark.parametrize("taken", [LOAD_AT, LOAD_AT + timedelta(minutes=5)])
def test_a_load_that_changes_later_ends_what_it_holds_no_more(orders: Orders, taken: datetime) -> None:
    orders.run(0)
    orders.load(LOAD_AT, "1,paid,1", "3,open,3")
    orders.run(1)
    assert orders.live() == [(1, "paid", 1.0), (3, "open", 3.0)]
    orders.load(taken, "1,paid,2")
    orders.land(2, "I,05:00,4,open,4")
    orders.run(2)
    assert orders.live() == [(1, "paid", 2.0), (4, "open", 4.0)]
    orders.run(1, 0, 2)
    assert orders.live() == [(1, "paid", 2.0), (4, "open", 4.0)]


def test_a_late_file_that_closed_the_gate_can_be_mended(orders: Orders) -> None:
    orders.run(0)
    late = orders.land(0, "U,59:00,1,paid,-1", "I,58:00,3,open,3", name="late")
    orders.hop("bronze", 1)
    with pytest.raises(GateClosed):
        orders.hop("silver", 1)
    late.write_text(late.read_text().replace("-1", "1"))
    orders.run(1)
    expected = [(1, "paid", 1.0), (2, "open", 20.0), (3, "open", 3.0)]
    assert orders.live() == expected
    late.write_text(late.read_text().replace("paid,1", "shipped,9"))
    orders.run(2)
    assert orders.live() == expected


@pytest.mark.parametrize("runs", [(0, 1, 2), (2,), (0, 2)])
def test_a_load_without_rows_ends_every_key_before_it(orders: Orders, runs: tuple[int, ...]) -> None:
    taken = HISTORY.replace("{key: [order_id]}", "{key: [order_id], load_taken_at: 2024-01-01T01:30:00}")
    orders.write("pipelines/orders/pipeline.yaml", taken)
    orders.land(2, "I,05:00,4,open,4")
    if runs[0] == 0:
        orders.run(0)
    orders.load(LOAD_AT)
    orders.run(*(hour for hour in runs if hour))
    assert orders.live() == [(4, "open", 4.0)]
