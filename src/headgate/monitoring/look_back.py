"""Look back at what was predicted: live figures by the labels that came since, and the drift of the data."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import SparkSession

from headgate.hops.catalog import register_records
from headgate.hops.ledger import Ledger
from headgate.monitoring.check_drift import check_drift
from headgate.monitoring.drift_log import DriftDay
from headgate.monitoring.live_day import keep_live_days, live_days
from headgate.monitoring.live_figures import live_statement, register_live
from headgate.monitoring.live_run import show_live
from headgate.releases.registry import open_client
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def look_back(spark: SparkSession, settings: Settings, loaded: LoadedPipeline) -> Iterator[str]:
    """Check the days that are over for drift, bring the live figures to MLflow, and say what was found.

    Pages show the figures of the last look. Each step can be repeated. Raises NoAddress.
    """
    pipeline = loaded.spec.pipeline
    for day in check_drift(spark, settings, loaded):
        yield said_of(day)
    register_records(spark, settings, pipeline)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    if ledger.scored_until() is None:
        yield "no example has been scored yet"
        return
    days = live_days(spark.sql(live_statement(loaded, ledger)).toArrow().to_pylist())
    register_live(spark, loaded)
    keep_live_days(settings, pipeline, days)
    yield from show_live(open_client(), pipeline, loaded.spec.schedule.start, days)


def said_of(day: DriftDay) -> str:
    """What the check of a day found, in one line."""
    drifted = [one.column for one in day.columns if one.drifted]
    found = f"drifted: {', '.join(drifted)}" if drifted else "no column drifted"
    asks = f"; a challenger is asked for: {', '.join(day.asks)} drift for days" if day.asks else ""
    if not day.columns:
        found = f"too few days to tell from, in what model {day.model} learned from"
    return f"{day.day}: {found}{asks}"
