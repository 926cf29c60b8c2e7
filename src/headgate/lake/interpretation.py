"""Whether Spark interprets a statement's expressions or compiles them: for few rows compiling costs more."""

from __future__ import annotations

from datetime import timedelta

from pyspark.sql import SparkSession

from headgate.spec.hour_range import HourRange

FEW_HOURS = timedelta(days=1)
"""Up to this span the statements of a hop are interpreted; an hour of a feed is some hundred rows."""


def interpret_few_hours(spark: SparkSession, hours: HourRange) -> None:
    """Let the session interpret expressions where it works on few hours, and compile them otherwise.

    The result is the same either way. Every Connect session has a class loader of its own, so what one task
    has compiled is of no use to the next; over the hops of an hour that was a fifth of the time.
    """
    few = hours.start is not None and hours.end - hours.start <= FEW_HOURS
    spark.conf.set("spark.sql.codegen.wholeStage", str(not few).lower())
    spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN" if few else "FALLBACK")
