"""Read a Delta table at a pinned version, or Parquet files that were staged."""

from __future__ import annotations

import json
from pathlib import Path

from pyarrow.parquet import read_metadata
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from headgate.lake.pins import is_pinned, pin_path

SPARK_SCHEMA = b"org.apache.spark.sql.parquet.row.metadata"
"""Where Spark notes the schema of the rows that it writes to a Parquet file."""


def read_at(spark: SparkSession, path: str, version: int) -> DataFrame:
    """The table's rows as of `version`, which may be pinned."""
    if is_pinned(path, version):
        return spark.read.format("delta").load(pin_path(path, version))
    return spark.read.format("delta").option("versionAsOf", version).load(path)


def read_changes(spark: SparkSession, path: str, before: int, version: int) -> DataFrame:
    """The rows of the table's change feed after version `before` up to `version`, with `_change_type` and
    `_commit_version`; none where both are the same."""
    feed = spark.read.format("delta").option("readChangeFeed", "true")
    changes = feed.option("startingVersion", min(before + 1, version)).option("endingVersion", version)
    return changes.load(path).where(F.col("_commit_version") > before)


def read_staged(spark: SparkSession, folder: Path) -> DataFrame:
    """The rows that Spark wrote to `folder` in one go.

    The schema is what Spark noted in the first file; read here, it costs no job of the engine each time the
    rows are looked at.
    """
    noted = (read_metadata(file).metadata or {} for file in sorted(folder.glob("*.parquet")))
    schema = next((found[SPARK_SCHEMA] for found in noted if SPARK_SCHEMA in found), None)
    reader = spark.read
    if schema is not None:
        reader = reader.schema(StructType.fromJson(json.loads(schema)))
    return reader.parquet(str(folder))


def own_columns(spark: SparkSession, relation: str) -> list[str]:
    """The columns of a relation, as SQL names it, without those that Headgate carries beside them."""
    return [name for name in spark.sql(f"SELECT * FROM {relation}").columns if not name.startswith("_")]
