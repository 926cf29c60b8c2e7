"""Put a table's small files together, and rewrite those with deleted rows in them."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
from pyspark.sql import SparkSession

from headgate.lake.history import table_properties
from headgate.lake.storage import open_table

SMALL = 32 * 2**20
"""Bytes below which a file is put together with others."""

LARGE = 128 * 2**20
"""Bytes that such a file may have at most."""


def compact(spark: SparkSession, path: str) -> None:
    """Rewrite small files as few larger ones, and files with deletion vectors without the deleted rows.

    The rows stay the same and the change feed shows nothing. A table in order gets no new version.
    """
    spark.conf.set("spark.databricks.delta.optimize.minFileSize", str(SMALL))
    spark.conf.set("spark.databricks.delta.optimize.maxFileSize", str(LARGE))
    if _small_files(path) > 1:
        spark.sql(f"OPTIMIZE delta.`{path}`").collect()
    if any(batch.num_rows for batch in open_table(path).deletion_vectors()):
        spark.sql(f"REORG TABLE delta.`{path}` APPLY (PURGE)").collect()


def _small_files(path: str) -> int:
    files = pa.table(open_table(path).get_add_actions(flatten=True))
    return sum(size < SMALL for size in files["size_bytes"].to_pylist())


def keep_for(spark: SparkSession, path: str, keep: timedelta) -> None:
    """Tell the table how long replaced versions are kept; `clean_log` cleans its log, commits do not."""
    span = f"interval {int(keep.total_seconds() // 60)} minutes"
    wanted = {
        "delta.deletedFileRetentionDuration": span,
        "delta.logRetentionDuration": span,
        "delta.enableExpiredLogCleanup": "false",
    }
    if {name: table_properties(path).get(name) for name in wanted} != wanted:
        said = ", ".join(f"'{name}' = '{value}'" for name, value in wanted.items())
        spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ({said})").collect()
