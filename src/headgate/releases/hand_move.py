"""Notice that somebody moved the alias `champion` in MLflow, and put it on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.registry import Version, shows
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import Release, last_move, releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

SOMEBODY = "somebody in MLflow"


def record_hand_move(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    client: MlflowClient,
    now: Version | None,
) -> Release | None:
    """Append a release `by_hand` where the alias names another version (`now`) than the log; it is honoured.

    An alias that went with its version is not removed by hand: see `reconcile`.
    """
    pipeline = loaded.spec.pipeline
    history = releases(settings, pipeline)
    version, last = (now.version if now else None), last_move(history)
    before, served = (last.version, last.model) if last else (None, None)
    if version == before or (version is None and not shows(client, pipeline, before, served)):
        return None
    said = f"the alias champion was moved in MLflow from version {before} to version {version}"
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    model = now.model if now else None
    release = Release(
        release=len(history) + 1,
        decision="by_hand",
        version=version,
        model=model,
        previous_champion=before,
        reasons=[{"check": "alias", "passed": True, "said": said.replace("version None", "nothing")}],
        frontier=frontier_now(ledger),
        decided_by=SOMEBODY,
        **manifest_of(settings, pipeline, ledger, model),
    )
    return append_release(spark, settings, pipeline, release)
