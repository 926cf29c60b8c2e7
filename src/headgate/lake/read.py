"""Read a Delta table at a pinned version."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession


def read_at(spark: SparkSession, path: str, version: int) -> DataFrame:
    """The table's rows as of `version`."""
    return spark.read.format("delta").option("versionAsOf", version).load(path)
