"""Hours of real flights, shuffled, split and sent twice, equal a replay of their files in plain Python."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import SparkSession

from tests.proofs.real_hours import RealHours, differences

HOURS = RealHours(datetime(2013, 1, 10, 17, tzinfo=UTC), order=(2, 3), cuts=7)
"""The first run takes three hours, the second the last."""


def test_real_hours_in_any_order_equal_the_replay(spark: SparkSession) -> None:
    assert differences(spark, HOURS) == []
