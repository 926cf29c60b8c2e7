"""Remove the files of a table that neither its kept versions nor its pins need."""

from __future__ import annotations

import uuid
from datetime import timedelta
from math import ceil
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.lake.history import data_files
from headgate.lake.pins import pinned_files

INVENTORY = "path string, length bigint, isDir boolean, modificationTime bigint"


def vacuum(spark: SparkSession, path: str, keep: timedelta) -> None:
    """Remove files of versions that were replaced longer than `keep` ago.

    The engine is told of all files but those of the pins, so that it cannot remove them. Never run a plain
    VACUUM on a table with pins: it does not know of them. It counts in whole hours, here rounded up, and
    leaves out whatever of the inventory is not a URI below the table's.
    """
    spark.conf.set("spark.databricks.delta.vacuum.logging.enabled", "false")  # two commits each time
    needed = pinned_files(path)
    found = [
        (f"file:{file}", file.stat().st_size, False, file.stat().st_mtime_ns // 1_000_000)
        for file in sorted(Path(path).rglob("*"))
        if file.is_file() and not _is_hidden(file.relative_to(path)) and str(file) not in needed
    ]
    if {file for file, *_ in found} <= {f"file:{file}" for file in data_files(path)}:
        return
    view = f"headgate_inventory_{uuid.uuid4().hex}"
    spark.createDataFrame(found, INVENTORY).createOrReplaceTempView(view)
    hours = ceil(keep / timedelta(hours=1))
    spark.sql(f"VACUUM delta.`{path}` USING INVENTORY (SELECT * FROM {view}) RETAIN {hours} HOURS").collect()
    spark.catalog.dropTempView(view)


def _is_hidden(file: Path) -> bool:
    """The log, and Hadoop's checksums: VACUUM leaves them alone, the change feed's files it does not."""
    return file.name.startswith(".") or file.parts[0] == "_delta_log"
