"""What a model learned from, described day by day: the rows that it pins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from headgate.features.column_statistics import ColumnStatistics
from headgate.features.measure_column import measure_column
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.learning.cohorts import range_from_json
from headgate.learning.labelled_rows import labelled_rows
from headgate.spec.hour_range import HourRange
from headgate.spec.lineage import EXAMPLES
from headgate.spec.pipeline import Examples
from headgate.spec.settings import Settings

DAY = timedelta(days=1)
SCORE = "(score)"
"""What the scores are called among the columns."""


def training_days(
    spark: SparkSession, settings: Settings, pipeline: str, examples: Examples, header: dict[str, Any]
) -> list[dict[str, ColumnStatistics]]:
    """The statistics of the features on each whole day of a model's training rows.

    `header` is the model log's. One read a day, so that a day of rows is in memory at a time.
    """
    cohorts, frontier = range_from_json(header["training"]), datetime.fromisoformat(header["frontier"])
    path = table_path(settings.lake, pipeline, EXAMPLES)
    learned = labelled_rows(read_at(spark, path, int(header["pins"][EXAMPLES])), examples, cohorts, frontier)
    names = [feature["name"] for feature in header["features"]]
    return [
        measured(learned.where(range_predicate(examples.as_of, day)).select(*names).toArrow())
        for day in whole_days(cohorts)
    ]


def measured(rows: pa.Table) -> dict[str, ColumnStatistics]:
    """The statistics of each column."""
    return {
        name: measure_column(
            rows.column(name).combine_chunks(),
            table=EXAMPLES,
            column=name,
            quarantined=0,
            deletions=0,
            personal=False,
        )
        for name in rows.column_names
    }


def whole_days(hours: HourRange) -> Iterator[HourRange]:
    """The days (UTC; midnight ends one) that lie within the range as a whole; it must have a start."""
    assert hours.start is not None
    start = hours.start.replace(hour=0)
    start += DAY if start < hours.start else timedelta()
    while start + DAY <= hours.end:
        yield HourRange(start, start + DAY)
        start += DAY
