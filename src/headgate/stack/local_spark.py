"""A Spark of this process, for measurements and proofs that need no stack."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.airflow.cluster import cluster_configuration
from headgate.stack.engine import cores
from headgate.stack.jars import DELTA_JARS
from headgate.stack.java import find_java


def local_spark(folder: Path, name: str) -> SparkSession:
    """A session with Delta, set up as the engine for what matters here; its files lie below `folder`.

    Raises NoJava.
    """
    os.environ.pop("SPARK_REMOTE", None)
    os.environ["JAVA_HOME"] = str(find_java().home)
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    jars = os.pathsep.join(str(path) for path in DELTA_JARS.paths())
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--driver-class-path {jars} --driver-memory 2g pyspark-shell"
    settings = {
        **cluster_configuration({}),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder / "spark"),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.files.openCostInBytes": "65536",
    }
    builder = SparkSession.builder.master(f"local[{cores()}]").appName(name)
    for setting, value in settings.items():
        builder = builder.config(setting, value)
    return builder.getOrCreate()
