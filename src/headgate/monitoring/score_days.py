"""What models of a champion's recipe said of hours that they had not learned from, described day by day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.features.column_statistics import ColumnStatistics
from headgate.hops.ledger import Ledger
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.learning.cohorts import range_from_json
from headgate.learning.labelled_rows import labelled_rows
from headgate.monitoring.training_days import SCORE, measured, whole_days
from headgate.releases.model_headers import headers
from headgate.releases.recorded_scorer import probabilities_by
from headgate.spec.hour_range import HourRange
from headgate.spec.hours import BEGINNING
from headgate.spec.layers import SCORES
from headgate.spec.lineage import EXAMPLES
from headgate.spec.pipeline import Examples
from headgate.spec.predictions import CHAMPION, PREDICTIONS
from headgate.spec.settings import Settings


def score_days(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    ledger: Ledger,
    examples: Examples,
    header: dict[str, Any],
    until: datetime,
) -> dict[datetime, dict[str, ColumnStatistics]]:
    """By its end, the statistics, as SCORE, of each whole day from where a model's training begins `until` a
    moment.

    A model is surer of rows that it learned from, so its scores of those are no yardstick for live ones. The
    predictions are: nothing scores what it learned from. Those count that the model or others of its recipe
    made, as champion or on trial. Days of the cohorts that judged the model, and that nothing scored, are
    scored by it here. `header` is the model log's. A day of rows is in memory at a time.
    """
    start, held_out = range_from_json(header["training"]).start, range_from_json(header["evaluation"])
    path, frontier = table_path(settings.lake, pipeline, EXAMPLES), datetime.fromisoformat(header["frontier"])
    judging = read_at(spark, path, int(header["pins"][EXAMPLES]))
    judging = labelled_rows(judging, examples, held_out, frontier)
    said, score = _said(spark, settings, pipeline, ledger, header), None
    began = min((entry.range_start or BEGINNING for entry in ledger.done(SCORES)), default=until)
    found = {}
    for day in whole_days(HourRange(start, until)):
        within, scores = range_predicate(examples.as_of, day), pa.array([], pa.float64())
        if said is not None and day.end > began:
            scores = _of_one_role(said.where(within).toArrow())
        if not len(scores) and held_out.covers(day):
            score = score or probabilities_by(settings, pipeline, header)
            scores = pa.array(score(judging.where(within).toPandas()), pa.float64())
        if len(scores):
            found[day.end] = measured(pa.table({SCORE: scores}))
    return found


def _said(
    spark: SparkSession, settings: Settings, pipeline: str, ledger: Ledger, header: dict[str, Any]
) -> DataFrame | None:
    """The predictions of all models of the recipe; None before the first hour that was scored."""
    versions = ledger.versions()
    if PREDICTIONS not in versions:
        return None
    models = [int(one["model"]) for one in headers(settings, pipeline) if one["recipe"] == header["recipe"]]
    rows = read_at(spark, table_path(settings.lake, pipeline, PREDICTIONS), versions[PREDICTIONS])
    return rows.where(F.col("model").isin(models))


def _of_one_role(rows: pa.Table) -> Any:
    """The probabilities of a day: those of the champion, where it was of the recipe, else those on trial."""
    served = rows.filter(pc.equal(rows["role"], CHAMPION))
    return (served if served.num_rows else rows)["probability"].combine_chunks()
