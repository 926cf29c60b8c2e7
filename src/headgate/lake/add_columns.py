"""Give a record columns that it lacks, while others may append to it.

Not by the engine: the log store by which Spark commits to S3 keeps its own statements apart, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping

from deltalake import DeltaTable, Schema
from pyspark.sql import SparkSession

from headgate.lake.commit_to_newest import commit_to_newest


def add_columns(spark: SparkSession, path: str, columns: Mapping[str, str]) -> None:
    """Add `columns`, Spark types by name, to the record at `path`; those that are there stay as they are.

    Raises CommitFailedError where others commit each time that it is tried.
    """
    said = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
    wanted = Schema.from_json(spark.createDataFrame([], said).schema.json()).fields

    def add_missing(record: DeltaTable) -> None:
        there = {field.name for field in record.schema().fields}
        missing = [field for field in wanted if field.name not in there]
        if missing:
            record.alter.add_columns(missing)

    commit_to_newest(path, add_missing)
