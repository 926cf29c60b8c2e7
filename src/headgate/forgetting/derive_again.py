"""Derive silver and gold again without what was erased, by the three steps of every hop."""

from __future__ import annotations

from pyspark.sql import SparkSession

from headgate.hops.gate import gate
from headgate.hops.ledger import Ledger
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def derive_again(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, name: str, hours: HourRange
) -> None:
    """Stage, judge and publish each hop after bronze for the hours, in one go; what is through stays so.

    Raises GateClosed, NotPublished.
    """
    pipeline, start = loaded.spec.pipeline, loaded.spec.schedule.start
    for hop in loaded.spec.hops[1:]:
        done = Ledger(settings, pipeline, loaded.spec.hops[-1]).done(hop)
        if any(entry.attempt == name for entry in done):
            continue
        first = start if hours.start is None else hours.start
        stage(spark, settings, pipeline, hop, hours.end - HOUR, name, replay_from=first)
        gate(spark, settings, pipeline, hop, name)
        publish(spark, settings, pipeline, hop, name)
