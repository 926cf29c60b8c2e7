"""A small pipeline of orders in a folder of its own, and the means to run its hours without Airflow."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.hops.gate import gate
from headgate.hops.ledger import Ledger
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.lake.paths import table_path
from headgate.spec.lake_location import S3Location
from headgate.spec.settings import Settings

PIPELINE = """\
pipeline: orders
schedule: {start: 2024-01-01}
feeds:
  orders: {key: [order_id]}
silver:
  orders: {feed: orders}
max_quarantine_share: 0.5
"""
CONTRACT = """\
description: One row per order.
key: [order_id]
columns:
  order_id: {type: bigint}
  status: {type: string, one_of: [open, paid, shipped], on_fail: quarantine}
  amount: {type: double, between: {min: 0}, on_fail: quarantine}
"""
START = datetime(2024, 1, 1, tzinfo=UTC)
HEADER = "Op,committed_at,order_id,status,amount"


@dataclass
class Orders:
    """The pipeline's folders below `root`, with a count of attempts so that each gets a name of its own."""

    spark: SparkSession
    root: Path
    hops: tuple[str, ...] = ("bronze", "silver")
    attempts: dict[str, int] = field(default_factory=dict)
    lake: Path | S3Location | None = None

    def __post_init__(self) -> None:
        self.settings = Settings(
            home=self.root / "home",
            pipelines=self.root / "pipelines",
            expectations=self.root / "expectations",
            lake=self.lake or self.root / "home" / "lake",
        )
        self.write("pipelines/orders/pipeline.yaml", PIPELINE)
        self.write("expectations/orders/silver.orders.yaml", CONTRACT)

    def write(self, path: str, text: str) -> Path:
        """Write a file below the root."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def land(self, hour: int, *lines: str, name: str = "000000000", header: str = HEADER) -> Path:
        """Write a file of changes for an hour; each line is `Op,MM:SS,order_id,status,amount`."""
        at = START + timedelta(hours=hour)
        rows = []
        for line in lines:
            operation, minute, rest = line.split(",", 2)
            rows.append(f"{operation},{at:%Y-%m-%d %H}:{minute},{rest}")
        path = f"home/landing/orders/orders/{at:%Y/%m/%d/%H}/{at:%Y%m%d}-{name}.csv"
        return self.write(path, "\n".join([header, *rows]) + "\n")

    def load(self, at: datetime, *rows: str, name: str = "LOAD00000001.csv") -> Path:
        """Write a full load taken at a moment; each row is `order_id,status,amount`."""
        lines = ["committed_at,order_id,status,amount", *(f"{at:%Y-%m-%d %H:%M:%S},{row}" for row in rows)]
        return self.write(f"home/landing/orders/orders/{name}", "\n".join(lines) + "\n")

    def attempt(self, hop: str, hour: int) -> str:
        """A new name for an attempt."""
        at = START + timedelta(hours=hour)
        number = self.attempts[hop] = self.attempts.get(hop, 0) + 1
        return f"{at:%Y-%m-%dT%H}--{number:08x}"

    def hop(self, hop: str, hour: int) -> str:
        """Stage, gate and publish one hop of an hour; returns the attempt's name."""
        name = self.attempt(hop, hour)
        stage(self.spark, self.settings, "orders", hop, START + timedelta(hours=hour), name)
        gate(self.spark, self.settings, "orders", hop, name)
        publish(self.spark, self.settings, "orders", hop, name)
        return name

    def run(self, *hours: int) -> None:
        """Run whole hours, in the order given."""
        for hour in hours:
            for hop in self.hops:
                self.hop(hop, hour)

    def ledger(self) -> Ledger:
        """The ledger as it is now."""
        return Ledger(self.settings, "orders", "silver")

    def rows(self, table: str, *columns: str) -> list[tuple[object, ...]]:
        """Columns of a table's newest rows, sorted."""
        frame = self.spark.read.format("delta").load(table_path(self.settings.lake, "orders", table))
        return sorted((tuple(row) for row in frame.selectExpr(*columns).collect()), key=str)

    def live(self) -> list[tuple[object, ...]]:
        """Order, status and amount of the live rows."""
        path = table_path(self.settings.lake, "orders", "silver.orders")
        frame = self.spark.read.format("delta").load(path).where("NOT _deleted")
        return sorted(tuple(row) for row in frame.select("order_id", "status", "amount").collect())

    def version(self, table: str) -> int:
        """The newest version of a table in storage."""
        from headgate.lake.history import current_version

        version = current_version(table_path(self.settings.lake, "orders", table))
        assert version is not None
        return version
