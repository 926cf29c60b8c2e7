"""Little is interpreted, much is compiled; the result is the same."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from headgate.lake.interpretation import interpret_little


@pytest.mark.parametrize(("size", "interpreted"), [(0, True), (2**20, True), (2**20 + 1, False)])
def test_by_size(spark: SparkSession, size: int, interpreted: bool) -> None:
    interpret_little(spark, size)
    frame = spark.range(3).where("id > 1")
    assert ("*(1)" in frame._jdf.queryExecution().executedPlan().toString()) is not interpreted
    assert spark.conf.get("spark.sql.codegen.factoryMode") == ("NO_CODEGEN" if interpreted else "FALLBACK")
    assert [row.id for row in frame.collect()] == [2]
