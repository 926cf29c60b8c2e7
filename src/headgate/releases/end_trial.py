"""Record that a trial ended before its evidence decided."""

from __future__ import annotations

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import Release, releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def end_trial(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    begun: Release,
    *,
    check: str,
    said: str,
    by: str,
) -> Release:
    """Hold what is on trial since `begun`: because of which check, in words, and who says so.

    Raises DecidedElsewhere.
    """
    pipeline = loaded.spec.pipeline
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    row = Release(
        release=len(releases(settings, pipeline)) + 1,
        decision="hold",
        version=begun.version,
        model=begun.model,
        previous_champion=begun.previous_champion,
        reasons=[{"check": check, "passed": False, "said": said}],
        frontier=frontier_now(ledger),
        decided_by=by,
        **manifest_of(settings, pipeline, ledger, begun.model),
    )
    return append_release(spark, settings, pipeline, row)
