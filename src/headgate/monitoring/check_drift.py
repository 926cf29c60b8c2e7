"""Check the drift of the days that are over, each against what the champion of that day learned from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pyspark.sql import SparkSession

from headgate.features.column_statistics import ColumnStatistics
from headgate.hops.ledger import Ledger
from headgate.lake.gone import ReadError, gone
from headgate.monitoring.drift_check import drift_of
from headgate.monitoring.drift_log import DriftDay, append_day, drift_days
from headgate.monitoring.published_day import published_day
from headgate.monitoring.score_days import score_days
from headgate.monitoring.training_days import training_days, whole_days
from headgate.releases.release_rows import releases
from headgate.serving.live_models import LiveModel, NothingToScore, live_champion
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples
from headgate.spec.settings import Settings

LOOKED_BACK = timedelta(days=7)
"""How many days a check looks back at most: what is older was not checked then and is not now."""


def check_drift(spark: SparkSession, settings: Settings, loaded: LoadedPipeline) -> Iterator[DriftDay]:
    """Put each whole day that is published and not on record yet on record, and give it, the earliest first.

    A day without a champion is passed over. Features are held against what the champion learned from, its
    scores against those of hours that it did not learn from: see `drift_of`. Nothing is found where what it
    learned from is gone, as after a forgetting.
    """
    pipeline, examples, model = loaded.spec.pipeline, loaded.spec.examples, loaded.spec.model
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    frontier = ledger.frontier()
    if frontier is None or examples is None or model is None:
        return
    checked = max((one.day for one in drift_days(settings, pipeline)), default=None)
    history = releases(settings, pipeline)
    known: int | None = None
    for day in whole_days(HourRange(frontier - LOOKED_BACK, frontier)):
        assert day.start is not None
        if checked is not None and day.start.date() <= checked:
            continue
        try:
            champion: LiveModel = live_champion(settings, pipeline, history, day.start)
        except NothingToScore:
            continue
        if known != champion.model:
            known = champion.model
            learned, scores = _yardsticks(spark, settings, pipeline, ledger, examples, champion, frontier)
        features = [feature["name"] for feature in champion.header["features"]]
        now = published_day(spark, settings, pipeline, ledger, day, examples.as_of, features)
        said = [statistics for end, statistics in scores.items() if end <= day.start]
        found = drift_of([*learned, *said], now, model.drift)
        yield append_day(
            settings, pipeline, day.start.date(), champion.model, champion.version, found, model.drift
        )


def _yardsticks(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    ledger: Ledger,
    examples: Examples,
    champion: LiveModel,
    frontier: datetime,
) -> tuple[list[dict[str, ColumnStatistics]], dict[datetime, dict[str, ColumnStatistics]]]:
    """What `training_days` and `score_days` give; neither where the version that the model pins is gone."""
    try:
        learned = training_days(spark, settings, pipeline, examples, champion.header)
    except ReadError as error:
        if gone(error) is None:
            raise
        return [], {}
    return learned, score_days(spark, settings, pipeline, ledger, examples, champion.header, frontier)
