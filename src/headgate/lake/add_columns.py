"""Give a record columns that it lacks, while others may append to it.

Not by the engine: the log store by which Spark commits to S3 keeps its own statements apart, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping

from deltalake import Schema
from deltalake.exceptions import CommitFailedError
from pyspark.sql import SparkSession

from headgate.lake.append_record import TRIES
from headgate.lake.storage import open_table


def add_columns(spark: SparkSession, path: str, columns: Mapping[str, str]) -> None:
    """Add `columns`, Spark types by name, to the record at `path`; those that are there stay as they are.

    Raises CommitFailedError where others commit each time that it is tried.
    """
    said = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
    wanted = Schema.from_json(spark.createDataFrame([], said).schema.json()).fields
    for left in reversed(range(TRIES)):
        record = open_table(path)
        there = {field.name for field in record.schema().fields}
        missing = [field for field in wanted if field.name not in there]
        if not missing:
            return
        try:
            record.alter.add_columns(missing)
            return
        except CommitFailedError:
            if not left:
                raise
