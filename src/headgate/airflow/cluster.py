"""How spark-submit finds Spark, Python and Delta in the environment that Airflow runs in."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from headgate.lake.s3_access import S3Access
from headgate.spec.lake_location import is_on_s3

JARS_VARIABLE = "HEADGATE_JARS"
"""Names the folders of jars that a submitted job takes along; unset where the cluster has them."""
DRIVER_MEMORY = "2g"
"""Memory of a submitted job's driver."""


def spark_home() -> Path:
    """The Spark that pip installed beside this interpreter."""
    return Path(sysconfig.get_path("purelib"), "pyspark")


def spark_submit() -> str:
    """The absolute path of its spark-submit."""
    return str(spark_home() / "bin" / "spark-submit")


def cluster_environment() -> dict[str, str]:
    """Variables of the submitting process: driver and workers use this interpreter."""
    return {
        "SPARK_HOME": str(spark_home()),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }


def cluster_configuration(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Spark properties of a submitted job: Delta tables with short logs, times in UTC, a quiet log, no page.

    `environment` is that of the submitting process.
    """
    configuration = {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.databricks.delta.snapshotPartitions": "1",
        # As in the engine: pinned versions stay readable however old.
        "spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "WARN",
        "spark.ui.enabled": "false",
    }
    if is_on_s3(environment.get("HEADGATE_LAKE", "")):
        configuration |= S3Access().spark_properties
    jars = environment.get(JARS_VARIABLE)
    if jars:
        configuration["spark.jars"] = ",".join(f"{folder}/*.jar" for folder in jars.split(os.pathsep))
    return configuration
