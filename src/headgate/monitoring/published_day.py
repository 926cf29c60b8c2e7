"""A day of published examples and predictions, described by what their publishes kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import DataFrame, SparkSession

from headgate.features.column_statistics import ColumnStatistics, merged
from headgate.hops.ledger import Ledger
from headgate.hops.standing_publishes import stands, twice
from headgate.hops.statistics_log import publishes, records_of
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.monitoring.training_days import DAY, SCORE, measured
from headgate.spec.hour_range import HourRange
from headgate.spec.lineage import EXAMPLES
from headgate.spec.predictions import CHAMPION, PREDICTIONS
from headgate.spec.settings import Settings

PROBABILITY = "probability"


def published_day(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    ledger: Ledger,
    day: HourRange,
    as_of: str,
    features: Sequence[str],
) -> dict[str, ColumnStatistics]:
    """The statistics of the day's features and, as SCORE, of the champion's scores.

    The records of the day's publishes add up without a look at the tables. Where those do not fit, since a
    run took hours of another day along, some hours were derived twice or a challenger scored too, the rows
    are read.
    """
    kept = _kept(settings, pipeline, ledger, EXAMPLES, day)
    if not set(features) <= kept.keys():
        rows = _rows(spark, settings, pipeline, ledger, EXAMPLES)
        known = [name for name in features if name in rows.columns]
        kept = measured(rows.where(range_predicate(as_of, day)).select(*known).toArrow())
    found = {name: kept[name] for name in features if name in kept}
    scores = _scores(spark, settings, pipeline, ledger, day, as_of)
    return {**found, SCORE: scores} if scores is not None else found


def _scores(
    spark: SparkSession, settings: Settings, pipeline: str, ledger: Ledger, day: HourRange, as_of: str
) -> ColumnStatistics | None:
    """Those of the champion; None before the first hour that was scored."""
    if PREDICTIONS not in ledger.versions():
        return None
    kept = _kept(settings, pipeline, ledger, PREDICTIONS, day)
    roles = kept["role"].values if "role" in kept else None
    if roles is not None and set(roles.counts) <= {CHAMPION}:
        return kept[PROBABILITY]
    said = _rows(spark, settings, pipeline, ledger, PREDICTIONS)
    rows = said.where(range_predicate(as_of, day)).where(f"role = '{CHAMPION}'").select(PROBABILITY)
    return measured(rows.toArrow())[PROBABILITY]


def _rows(spark: SparkSession, settings: Settings, pipeline: str, ledger: Ledger, table: str) -> DataFrame:
    return read_at(spark, table_path(settings.lake, pipeline, table), ledger.versions()[table])


def _kept(
    settings: Settings, pipeline: str, ledger: Ledger, table: str, day: HourRange
) -> dict[str, ColumnStatistics]:
    """What the publishes of exactly this day's hours kept, by column; nothing where there are no such."""
    everything = publishes(settings, pipeline, ledger)
    chosen = [
        publish
        for publish in everything
        if table in publish.tables and publish.hours.overlaps(day) and stands(publish, everything)
    ]
    within = all(day.covers(publish.hours) for publish in chosen)
    spans = [publish.hours.end - publish.hours.start for publish in chosen if publish.hours.start is not None]
    if not within or twice(chosen) or sum(spans, timedelta()) != DAY:
        return {}
    parts: dict[str, list[ColumnStatistics]] = {}
    for record in records_of(settings, pipeline, table, [publish.number for publish in chosen]):
        parts.setdefault(record.column, []).append(record)
    return {column: merged(records) for column, records in parts.items()}
