"""Judge a recorded model as far as what it learned from can still be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.lake.gone import ReadError, gone
from headgate.learning.learn import CHALLENGE
from headgate.releases.evaluation import Evaluated, evaluation, known_rival
from headgate.releases.forgotten import forgetting_of
from headgate.releases.registry import champion
from headgate.releases.release_rows import releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient


def judge(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    client: MlflowClient,
    header: dict[str, Any],
) -> Evaluated:
    """Evaluate the model beside what serves now.

    Where the examples that it pins are gone, as after a forgetting, nothing can be evaluated: then it is what
    a release kept of its evaluation, without labels and scores, and an empty result where none did.
    Raises ForeignChampion, NothingToLearn, NoSuchSlice.
    """
    pipeline = loaded.spec.pipeline
    if forgetting_of(Ledger(settings, pipeline, loaded.spec.hops[-1]), header) is not None:
        return _kept(settings, pipeline, header["model"])
    try:
        return evaluation(spark, settings, loaded, header, known_rival(champion(client, pipeline), pipeline))
    except ReadError as error:
        if gone(error) is None:
            raise
        return _kept(settings, pipeline, header["model"])


def _kept(settings: Settings, pipeline: str, model: int) -> Evaluated:
    """What the last release about the model tells; a trial's figures are not those of an evaluation."""
    found = [
        row.evaluation
        for row in releases(settings, pipeline)
        if row.model == model and row.evaluation and row.evaluation["track"] != CHALLENGE
    ]
    return Evaluated(found[-1] if found else {}, np.array([]), {})
