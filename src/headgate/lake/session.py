"""The Spark session of a job: a Connect client where `SPARK_REMOTE` is set, else the one of spark-submit."""

from __future__ import annotations

import os

from pyspark.sql import SparkSession


def open_session() -> SparkSession:
    """Open the session that the caller's environment names; all times in it are UTC."""
    remote = os.environ.get("SPARK_REMOTE")
    if remote:
        session: SparkSession = SparkSession.builder.remote(remote).create()
    else:
        session = SparkSession.builder.getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session
