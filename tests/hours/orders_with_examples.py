"""The pipeline of orders with customers, a feature table and examples: what customers paid, hour by hour."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.hops.gate import gate
from headgate.hops.ledger import Ledger
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.spec.lake_location import S3Location
from tests.hours.orders_pipeline import START, Orders

SPEC = """\
pipeline: orders
schedule: {start: 2024-01-01}
feeds:
  orders: {key: [order_id]}
silver:
  orders: {feed: orders}
gold:
  customer_amounts: {inputs: [orders], transform: customer_amounts, grain: [customer, as_of], lookback: 1h}
examples:
  inputs: [orders]
  entity: [order_id]
  label: paid
  lookback: 48h
  features:
    - table: customer_amounts
      "on": [customer]
      max_age: 2h
      columns: [mean_amount]
max_quarantine_share: 1.0
"""
CONTRACT = """\
description: One row per order.
key: [order_id]
columns:
  order_id: {type: bigint}
  customer: {}
  status: {type: string, one_of: [open, paid, shipped], on_fail: quarantine}
  amount: {type: double, between: {min: 0}, on_fail: quarantine}
"""
TRANSFORMS = '''
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.spec.hour_range import HourRange


def customer_amounts(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """The mean amount of a customer's changes that became known in the last two hours before an hour."""
    hours = F.array("_known_at", F.timestamp_add("HOUR", F.lit(1), "_known_at"))
    seen = inputs["orders"].withColumn("as_of", F.explode(hours)).where(F.col("as_of") <= F.lit(window.end))
    if window.start is not None:
        seen = seen.where(F.col("as_of") > F.lit(window.start))
    return seen.groupBy("customer", "as_of").agg(F.avg("amount").alias("mean_amount"))


def examples(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """An order in the hour that it came in."""
    came = inputs["orders"].where("_op = 'I'")
    if window.start is not None:
        came = came.where(F.col("_known_at") > F.lit(window.start))
    return came.where(F.col("_known_at") <= F.lit(window.end)).select(
        "order_id", F.col("_known_at").alias("as_of"), "customer", "amount",
        F.lit(None).cast("int").alias("paid"), F.lit(None).cast("timestamp").alias("label_known_at"),
    )


def labels(inputs: dict[str, DataFrame], window: HourRange) -> DataFrame:
    """Whether it was paid before it was shipped."""
    settled = inputs["orders"].where("status IN ('paid', 'shipped')")
    return settled.select(
        "order_id", F.when(F.col("status") == "paid", 1).otherwise(0).alias("paid"),
        F.col("_known_at").alias("label_known_at"),
    )
'''
AMOUNTS = """\
description: What a customer's orders were worth lately. Grain, one row a customer and as-of hour.
key: [customer, as_of]
columns:
  customer: {}
  as_of: {type: timestamp}
  mean_amount: {type: double}
"""
EXAMPLES = """\
description: An order as it was known when it came in. Grain, one row an order and as-of hour.
key: [order_id, as_of]
columns:
  order_id: {type: bigint}
  as_of: {type: timestamp}
  customer: {}
  amount: {type: double}
  mean_amount: {type: double}
  paid: {type: int}
  label_known_at: {type: timestamp}
"""
HEADER = "Op,committed_at,order_id,customer,status,amount"
TABLES = ("bronze.orders", "silver.orders_changes", "silver.orders", "gold.customer_amounts", "gold.examples")


class OrdersWithExamples(Orders):
    """`Orders` whose lines are `Op,MM:SS,order_id,customer,status,amount`."""

    def __init__(self, spark: SparkSession, root: Path, lake: Path | S3Location | None = None) -> None:
        super().__init__(spark, root, ("bronze", "silver", "gold"), lake=lake)
        self.write("pipelines/orders/pipeline.yaml", SPEC)
        self.write("pipelines/orders/gold.py", TRANSFORMS)
        self.write("expectations/orders/silver.orders.yaml", CONTRACT)
        self.write("expectations/orders/gold.customer_amounts.yaml", AMOUNTS)
        self.write("expectations/orders/gold.examples.yaml", EXAMPLES)

    def land(self, hour: int, *lines: str, name: str = "000000000", header: str = HEADER) -> Path:
        """Write a file of changes for an hour."""
        return super().land(hour, *lines, name=name, header=header)

    def ledger(self) -> Ledger:
        """The ledger as it is now."""
        return Ledger(self.settings, "orders", "gold")

    def replay(self, first: int, last: int, *hops: str) -> None:
        """Derive hours again in one pass a hop."""
        begin, end = (START + timedelta(hours=hour) for hour in (first, last))
        for hop in hops:
            name = self.attempt(hop, last)
            stage(self.spark, self.settings, "orders", hop, end, name, replay_from=begin)
            gate(self.spark, self.settings, "orders", hop, name)
            publish(self.spark, self.settings, "orders", hop, name)

    def tables(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all tables."""
        return {table: self.rows(table, "*") for table in TABLES}
