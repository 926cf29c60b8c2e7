"""A contract that changes: new columns are added to the table, a new type for an old one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.lake.tables import ContractChanged
from tests.hours.orders_pipeline import CONTRACT, Orders


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    made = Orders(spark, tmp_path)
    made.land(0, "I,05:00,1,open,10")
    made.run(0)
    return made


def test_a_new_column_is_null_for_what_came_before(orders: Orders) -> None:
    orders.write("expectations/orders/silver.orders.yaml", CONTRACT + "  note: {type: string}\n")
    orders.land(1, "I,05:00,2,open,20,gift", header="Op,committed_at,order_id,status,amount,note")
    orders.run(1)
    assert orders.rows("silver.orders", "order_id", "note") == [(1, None), (2, "gift")]


def test_another_type_for_a_column_is_refused_with_the_way_on(orders: Orders) -> None:
    orders.write(
        "expectations/orders/silver.orders.yaml", CONTRACT.replace("double, between: {min: 0}", "string")
    )
    with pytest.raises(ContractChanged) as caught:
        orders.hop("bronze", 1)
    assert (
        "The contract of silver.orders_changes says that amount is string, but the table has it as double."
        in str(caught.value)
    )
    assert "Give amount its type double back, or the new type a new name." in str(caught.value)
