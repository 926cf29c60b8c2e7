"""A closed gate holds its hour back, and the hours behind it, until the cause is mended."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.run_range import Behind, TakenOver
from headgate.hops.stage import stage
from tests.hours.orders_pipeline import START, Orders


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    made = Orders(spark, tmp_path)
    made.land(0, "I,05:00,1,open,10")
    return made


def stage_only(orders: Orders, hop: str, hour: int) -> None:
    stage(
        orders.spark, orders.settings, "orders", hop, START + timedelta(hours=hour), orders.attempt(hop, hour)
    )


def test_a_bad_hour_closes_the_gate_and_mending_its_file_opens_it(orders: Orders) -> None:
    orders.run(0)
    bad = orders.land(1, "U,05:00,1,what,10", "I,06:00,2,open,-1", "I,07:00,3,open,5")
    orders.hop("bronze", 1)
    with pytest.raises(GateClosed) as caught:
        orders.hop("silver", 1)
    message = str(caught.value)
    assert "silver gate of orders is closed at 2024-01-01 01:00" in message
    assert "2 of 3 rows" in message and "reports/orders/silver/2024-01-01T01/" in message
    assert orders.live() == [(1, "open", 10.0)]
    assert [(e.hop, e.hour) for e in orders.ledger().closed_gates()] == [
        ("silver", START + timedelta(hours=1))
    ]

    with pytest.raises(Behind, match=r"^behind 2024-01-01 01:00: the silver gate of that hour is closed"):
        stage_only(orders, "bronze", 2)

    bad.write_text(bad.read_text().replace("what", "paid").replace("-1", "1"))
    orders.run(1)
    assert orders.ledger().closed_gates() == []
    assert orders.live() == [(1, "paid", 10.0), (2, "open", 1.0), (3, "open", 5.0)]
    assert orders.rows("silver.orders_changes", "order_id", "_revision")[1:] == [(1, 1), (2, 1), (3, 1)]
    orders.land(3, "U,05:00,3,shipped,5")
    orders.run(3)
    assert orders.live()[-1] == (3, "shipped", 5.0)


def test_a_header_without_the_key_closes_the_bronze_gate(orders: Orders) -> None:
    orders.land(1, "I,05:00,paid,10", header="Op,committed_at,status,amount")
    orders.run(0)
    with pytest.raises(GateClosed, match="columns missing: order_id"):
        orders.hop("bronze", 1)
    assert len(orders.rows("bronze.orders", "order_id")) == 1


def test_an_hour_that_a_later_run_took_over_is_not_published_by_the_earlier(orders: Orders) -> None:
    orders.hop("bronze", 0)
    orders.land(1, "I,05:00,2,open,20")
    orders.hop("bronze", 1)
    with pytest.raises(TakenOver, match="taken over by the run of 2024-01-01 01:00"):
        stage_only(orders, "silver", 0)
    orders.hop("silver", 1)
    assert orders.live() == [(1, "open", 10.0), (2, "open", 20.0)]


def test_a_file_that_changes_after_its_hour_is_refused_and_said(orders: Orders) -> None:
    orders.run(0)
    orders.land(0, "I,05:00,1,shipped,99")
    orders.hop("bronze", 1)
    done = orders.ledger().done("bronze")[-1]
    report = (orders.settings.reports / done.report).read_text()
    assert "changed after its hour was done: refused" in report
    kept = json.loads((orders.settings.reports / done.report).with_suffix(".json").read_text())
    assert [rule["rule"] for rule in kept["rules"] if not rule["passed"]] == ["files.unchanged"]
    assert orders.rows("bronze.orders", "status") == [("open",)]
