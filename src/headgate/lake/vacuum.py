"""Remove the files of a table that neither its kept versions nor its pins need."""

from __future__ import annotations

import uuid
from datetime import timedelta
from math import ceil

from pyspark.sql import SparkSession

from headgate.lake.history import data_files
from headgate.lake.pins import pinned_files
from headgate.lake.storage import StoredFile, files_below

INVENTORY = "path string, length bigint, isDir boolean, modificationTime bigint"


def vacuum(spark: SparkSession, path: str, keep: timedelta) -> None:
    """Remove files of versions that were replaced longer than `keep` ago.

    The engine is told of all files but those of the pins, so that it cannot remove them. Never run a plain
    VACUUM on a table with pins: it does not know of them. It counts in whole hours, here rounded up, and
    leaves out whatever of the inventory is not a URI below the table's.
    """
    spark.conf.set("spark.databricks.delta.vacuum.logging.enabled", "false")  # two commits each time
    needed = pinned_files(path)
    files = [f for f in files_below(path) if not _is_hidden(f, path) and f.path not in needed]
    if {file.path for file in files} <= set(data_files(path)):
        return
    found = [(_uri(file.path), file.size, False, file.modified_ns // 1_000_000) for file in files]
    view = f"headgate_inventory_{uuid.uuid4().hex}"
    spark.createDataFrame(found, INVENTORY).createOrReplaceTempView(view)
    hours = ceil(keep / timedelta(hours=1))
    spark.sql(f"VACUUM delta.`{path}` USING INVENTORY (SELECT * FROM {view}) RETAIN {hours} HOURS").collect()
    spark.catalog.dropTempView(view)


def _is_hidden(file: StoredFile, table: str) -> bool:
    """The log, and Hadoop's checksums: VACUUM leaves them alone, the change feed's files it does not."""
    return file.name.startswith(".") or file.path.startswith(f"{table}/_delta_log/")


def _uri(path: str) -> str:
    return path if "://" in path else f"file:{path}"
