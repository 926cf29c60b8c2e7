"""A subject is forgotten from silver also where its hours brought nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.forgetting.forget import forget
from headgate.forgetting.subject import Subject
from tests.hours.orders_pipeline import Orders


def test_a_subject_that_alone_came_in_its_hours_leaves_the_change_log_too(
    spark: SparkSession, tmp_path: Path
) -> None:
    """The feed's archive has nothing of these hours any more, the change log still has."""
    orders = Orders(spark, tmp_path)
    orders.land(0, "I,05:00,1,open,10")
    orders.land(1, "I,05:00,2,paid,20")
    orders.run(0, 1)
    subject = Subject("orders", {"order_id": "2"})
    now = datetime.now(UTC)
    facts = forget(spark, orders.settings, "orders", subject, by="anna", why="asked", now=now)
    assert facts["left"] == 0
    assert orders.rows("silver.orders", "order_id") == [(1,)]
    assert orders.rows("silver.orders_changes", "order_id") == [(1,)]
    orders.hop("bronze", 2)  # hours go on
