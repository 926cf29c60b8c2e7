"""A Spark session with Delta for all tests of a process, as the engine is configured."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.stack.engine import CHECKPOINT_FILES, JAVA_OPTIONS


def start_spark(warehouse: Path, jars: Sequence[Path], further: Mapping[str, str]) -> SparkSession:
    """A local session with two threads, in UTC; `further` are properties beside those of all tests."""
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ.pop("SPARK_REMOTE", None)
    os.environ["PYSPARK_SUBMIT_ARGS"] = (
        f"--driver-class-path {os.pathsep.join(map(str, jars))} --driver-memory 2g"
        f' --driver-java-options "{JAVA_OPTIONS}" pyspark-shell'
    )
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("headgate tests")
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        # Every test runs the same few statements: compiled once, their code is kept.
        .config("spark.sql.codegen.cache.maxEntries", "5000")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.sql.files.openCostInBytes", "65536")
        .config("spark.databricks.delta.snapshotPartitions", "2")
        # Every test has tables of its own: what is known of those of tests before would fill the heap.
        .config("spark.databricks.delta.delta.log.cacheSize", "50")
        .config("spark.sql.ui.retainedExecutions", "20")
        .config("spark.delta.logStore.file.impl", "io.delta.storage.LocalLogStore")
        .config("spark.sql.streaming.checkpointFileManagerClass", CHECKPOINT_FILES)
        .config("spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(warehouse))
        .config("spark.log.level", "ERROR")
    )
    for name, value in further.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
