"""Whether Spark interprets a statement's expressions or compiles them: for few rows compiling costs more."""

from __future__ import annotations

from pyspark.sql import SparkSession

LITTLE_BYTES = 2**20
"""Up to this size of what a statement reads it is interpreted: some ten thousand changes. An hour of a feed
is some hundred."""


def interpret_little(spark: SparkSession, size_bytes: int) -> None:
    """Let the session interpret expressions where it reads little, and compile them otherwise.

    The result is the same either way. Every Connect session has a class loader of its own, so what one task
    has compiled is of no use to the next; over the hops of an hour that was a fifth of the time.
    """
    little = size_bytes <= LITTLE_BYTES
    spark.conf.set("spark.sql.codegen.wholeStage", str(not little).lower())
    spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN" if little else "FALLBACK")
