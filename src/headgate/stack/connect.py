"""Connect a notebook or a script to the running stack."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.layout import Layout
from headgate.stack.supervisor import Supervisor

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def connect(settings: Settings | None = None) -> SparkSession:
    """Open a session on the engine, in UTC; MLflow's client talks to the stack's registry from then on.

    Without `settings` the stack is the one in HEADGATE_HOME. Raises StackNotRunning where it is down.
    """
    settings = settings or Settings()
    Supervisor(Layout.of(settings)).states()
    from pyspark.sql import SparkSession

    found = addresses(settings)
    os.environ["MLFLOW_TRACKING_URI"] = found.mlflow
    session: SparkSession = SparkSession.builder.remote(found.engine).create()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session
