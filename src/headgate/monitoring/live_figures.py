"""The live figures of a pipeline as a view that anybody can query."""

from __future__ import annotations

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.monitoring.live_query import live_query
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline


class NothingScored(HeadgateError):
    """No example of the pipeline has been scored, so there is nothing to look back at."""


def live_statement(loaded: LoadedPipeline, ledger: Ledger) -> str:
    """The SQL that gives the days in order. Raises NothingScored."""
    name = loaded.spec.pipeline
    if not loaded.spec.scored:
        raise NothingScored(
            f"{name} scores nothing: its spec lacks `model` or `examples`.",
            where="pipeline.yaml",
            next_command=f"Add them, then ./headgate check {name}",
        )
    if ledger.scored_until() is None:
        raise NothingScored(
            f"No example of {name} has been scored yet: hours are, once a champion serves.",
            where=f"{name}_gold.predictions",
            next_command="./headgate status, which says whether one does; then run the next hours",
        )
    return f"SELECT * FROM ({live_query(loaded.spec)}) ORDER BY day, role"


def register_live_figures(spark: SparkSession, pipelines: list[tuple[LoadedPipeline, Ledger]]) -> None:
    """Name the live figures of every pipeline that has scores and outcomes `<pipeline>_ops.live_figures`."""
    for loaded, ledger in pipelines:
        named = spark.catalog.tableExists(f"{loaded.spec.pipeline}_gold.outcomes")
        if loaded.spec.scored and ledger.scored_until() is not None and named:
            register_live(spark, loaded)


def register_live(spark: SparkSession, loaded: LoadedPipeline) -> None:
    """Name the live figures of one pipeline; the outcomes must have their name."""
    query = live_query(loaded.spec)
    spark.sql(f"CREATE OR REPLACE VIEW `{loaded.spec.pipeline}_ops`.`live_figures` AS {query}")
