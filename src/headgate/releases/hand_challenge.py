"""Notice that somebody moved the alias `challenger` in MLflow: a trial begins or ends, on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from headgate.releases.carry_out import carry_out
from headgate.releases.challenge import NoTrial, record_challenge
from headgate.releases.end_trial import end_trial
from headgate.releases.hand_move import SOMEBODY
from headgate.releases.registry import CHALLENGER, shows, version_at, version_of_model
from headgate.releases.release_rows import releases
from headgate.releases.trials import on_trial
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

BY_HAND = "the alias challenger was set in MLflow"


def record_hand_challenge(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, client: MlflowClient
) -> Iterator[str]:
    """Bring release log and alias together, and say what was done.

    An alias that names another model than the open trial's begins a trial by hand; where none may begin, it
    is taken away again. An alias that was taken away, or moved on, ends the open trial with a hold; one that
    went with its deleted version names the version that shows the same model now.
    """
    pipeline = loaded.spec.pipeline
    begun, now = on_trial(releases(settings, pipeline)), version_at(client, pipeline, CHALLENGER)
    if begun is not None and begun.model is not None:
        if now is not None and now.model == begun.model:
            return
        shown = version_of_model(client, pipeline, begun.model)
        if now is None and shown is not None and not shows(client, pipeline, begun.version, begun.model):
            client.set_registered_model_alias(pipeline, CHALLENGER, shown.version)
            yield f"the alias challenger names version {shown.version}, which shows model {begun.model} now"
            return
        taken = f"the alias challenger was taken from version {begun.version} in MLflow"
        ended = end_trial(spark, settings, loaded, begun, check="alias", said=taken, by=SOMEBODY)
        carry_out(client, pipeline, ended)
        yield f"{taken}; its trial is over, on record as release {ended.release}"
    if now is None:
        return
    try:
        if now.model is None:
            raise NoTrial(f"version {now.version} of {pipeline} shows no model of the model log")
        row = record_challenge(spark, settings, loaded, client, now.model, by=SOMEBODY, why=BY_HAND)
    except NoTrial as refused:
        client.delete_registered_model_alias(pipeline, CHALLENGER)
        yield f"{BY_HAND}, and taken away again: {refused.what}"
        return
    carry_out(client, pipeline, row)
    yield f"{BY_HAND} to version {now.version}: its trial began, on record as release {row.release}"
