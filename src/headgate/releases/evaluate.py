"""Evaluate a recorded candidate and bring MLflow to it."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession

from headgate.lake.paths import table_path
from headgate.learning.candidate_folder import EVALUATED, CandidateFolder
from headgate.releases.judge import judge
from headgate.releases.model_headers import header_of
from headgate.releases.model_log import nodes_of, recorded_model
from headgate.releases.projection import show
from headgate.releases.registry import open_client
from headgate.releases.report_page import keep_report
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def evaluate(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, name: str) -> dict[str, Any]:
    """Evaluate what the attempt `name` recorded, show it in MLflow, and return `{"model", "version", "run"}`.

    A model whose run is finished is not evaluated again; whatever MLflow lacks of it is put there, and its
    report among the pages where it is missing. The returned values stay in the attempt as `release.json`.
    Raises ForeignChampion, NoAddress, StepMissing, NoSuchSlice.
    """
    pipeline = loaded.spec.pipeline
    number = recorded_model(settings, pipeline, name)
    client = open_client()
    header = header_of(settings, pipeline, number)
    shown = show(
        client,
        header,
        nodes_of(settings, pipeline, number),
        table_path(settings.lake, pipeline, EXAMPLES),
        lambda: judge(spark, settings, loaded, client, header),
    )
    keep_report(client, shown.run, settings.reports, pipeline, number)
    result = {"model": number, "version": shown.version, "run": shown.run}
    CandidateFolder(settings, pipeline, name).write(EVALUATED, result)
    return result
