"""End the trial of a model that may have learned from a subject that was forgotten since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.carry_out import carry_out
from headgate.releases.end_trial import end_trial
from headgate.releases.forgotten import FORGOTTEN, why_forgotten
from headgate.releases.model_headers import header_of
from headgate.releases.release_rows import releases
from headgate.releases.trials import on_trial
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

BY = "the rules of forgetting"
"""Who decides that such a trial is over."""


def end_forgotten_trial(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, client: MlflowClient
) -> Iterator[str]:
    """Hold what is on trial, where it may not come to serve any more, and say so."""
    pipeline = loaded.spec.pipeline
    begun = on_trial(releases(settings, pipeline))
    if begun is None or begun.model is None:
        return
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    forgotten = why_forgotten(ledger, header_of(settings, pipeline, begun.model))
    if forgotten is None:
        return
    ended = end_trial(spark, settings, loaded, begun, check=FORGOTTEN, said=forgotten, by=BY)
    carry_out(client, pipeline, ended)
    yield f"the trial of model {begun.model} is over, on record as release {ended.release}: {forgotten}"
