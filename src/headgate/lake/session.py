"""The Spark session of a job: a Connect client where `SPARK_REMOTE` is set, else the one of spark-submit."""

from __future__ import annotations

import os

from pyspark.sql import SparkSession

TIME_ZONE = ("spark.sql.session.timeZone", "UTC")


def open_session() -> SparkSession:
    """Open the session that the caller's environment names; all times in it are UTC."""
    remote = os.environ.get("SPARK_REMOTE")
    if remote:
        return _client(remote)
    session = SparkSession.builder.getOrCreate()
    session.conf.set(*TIME_ZONE)
    return session


def _client(remote: str) -> SparkSession:
    """A client that waits for an engine that is about to start, and then soon notices when it ends."""
    from headgate.lake.engine_patience import noticing_its_end, waiting_for_it

    session: SparkSession = SparkSession.builder.remote(remote).create()
    session.client.set_retry_policies([waiting_for_it()])
    session.conf.set(*TIME_ZONE)
    session.client.set_retry_policies([noticing_its_end()])
    return session
