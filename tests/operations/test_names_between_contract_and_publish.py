"""The SQL names of what is published stand, whatever column the contract has got since."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.hops.ask_quarantine import quarantined
from headgate.hops.catalog import register
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import CONTRACT, HEADER, PIPELINE, Orders

COLUMNS = ("order_id", "status", "amount")
WITH_HISTORY = PIPELINE.replace("{feed:", "{history: true, feed:")
ROWS = {
    "orders": [(1, "open", 5.0)],
    "orders_history": [(1, "open", 5.0)],
    "orders_quarantine": [(2, "lost", 6.0)],
}


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    """An hour of orders with their history: one is live, one in quarantine."""
    made = Orders(spark, tmp_path)
    made.write("pipelines/orders/pipeline.yaml", WITH_HISTORY)
    made.land(0, "I,10:00,1,open,5", "I,11:00,2,lost,6")
    made.run(0)
    return made


def test_a_new_column_comes_with_the_publish_that_brings_it(spark: SparkSession, orders: Orders) -> None:
    """An engine that starts in between names all tables, as they were published."""
    orders.write("expectations/orders/silver.orders.yaml", f"{CONTRACT}  note: {{}}\n")
    loaded, versions = load_pipeline(orders.settings, "orders"), orders.ledger().versions()

    spark.sql("DROP DATABASE orders_silver CASCADE")
    register(spark, orders.settings, loaded, versions)
    (apart,) = quarantined(spark, orders.settings, loaded, "orders").collect()
    assert ("note" in apart, *(apart[name] for name in COLUMNS)) == (False, 2, "lost", 6.0)

    found = {name: spark.table(f"orders_silver.{name}") for name in ROWS}
    assert {
        name: [tuple(row) for row in frame.select(*COLUMNS).collect()] for name, frame in found.items()
    } == (ROWS)
    assert not any("note" in frame.columns for frame in found.values())
    orders.land(1, "I,10:00,3,open,7,dear", header=f"{HEADER},note")
    orders.run(1)
    assert all("note" in spark.table(f"orders_silver.{name}").columns for name in ROWS)


def test_a_history_that_the_spec_asks_for_no_more_is_gone_with_the_next_publish(
    spark: SparkSession, orders: Orders
) -> None:
    assert spark.catalog.tableExists("orders_silver.orders_history")
    orders.write("pipelines/orders/pipeline.yaml", PIPELINE)
    orders.land(1, "U,10:00,1,paid,5")
    orders.run(1)
    assert not spark.catalog.tableExists("orders_silver.orders_history")
    assert spark.catalog.tableExists("orders_silver.orders")


def test_a_history_whose_key_gets_a_column_comes_with_the_publish_that_brings_it(
    spark: SparkSession, orders: Orders
) -> None:
    wider = CONTRACT.replace("key: [order_id]", "key: [order_id, shop]") + "  shop: {}\n"
    orders.write("expectations/orders/silver.orders.yaml", wider)
    orders.write("pipelines/orders/pipeline.yaml", WITH_HISTORY.replace("[order_id]", "[order_id, shop]"))
    register(spark, orders.settings, load_pipeline(orders.settings, "orders"), orders.ledger().versions())
    assert not spark.catalog.tableExists("orders_silver.orders_history")
    assert [row["order_id"] for row in spark.table("orders_silver.orders").collect()] == [1]


def test_a_table_may_be_called_as_if_it_were_a_change_log(spark: SparkSession, tmp_path: Path) -> None:
    orders = Orders(spark, tmp_path)
    orders.write(
        "pipelines/orders/pipeline.yaml", PIPELINE.replace("  orders: {feed", "  price_changes: {feed")
    )
    orders.write("expectations/orders/silver.price_changes.yaml", CONTRACT)
    (tmp_path / "expectations/orders/silver.orders.yaml").unlink()
    orders.land(0, "I,10:00,1,open,5", "I,10:00,2,open,6", "D,20:00,2,,")
    orders.run(0)
    found = spark.table("orders_silver.price_changes")
    assert [tuple(row) for row in found.select(*COLUMNS).collect()] == [(1, "open", 5.0)]
    assert spark.table("orders_silver.price_changes_changes").count() == 3
