"""Few hours are interpreted, many are compiled."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.lake.interpretation import interpret_few_hours
from headgate.spec.hour_range import HourRange

NOON = datetime.fromisoformat("2024-01-01T12:00+00:00")


@pytest.mark.parametrize(
    ("start", "interpreted"),
    [
        (NOON - timedelta(hours=1), True),
        (NOON - timedelta(hours=24), True),
        (NOON - timedelta(hours=25), False),
        (None, False),
    ],
)
def test_by_span(spark: SparkSession, start: datetime | None, interpreted: bool) -> None:
    interpret_few_hours(spark, HourRange(start, NOON))
    plan = spark.range(3).where("id > 1")._jdf.queryExecution().executedPlan().toString()
    assert ("*(1)" in plan) is not interpreted
    assert spark.conf.get("spark.sql.codegen.factoryMode") == ("NO_CODEGEN" if interpreted else "FALLBACK")
