"""Both clocks of a change: when it became known, and its place in the order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.ingest.ordering import generation, known_at, sequence


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("committed", "frontier", "expected"),
    [
        pytest.param(
            "2013-01-01 05:00:00", None, "2013-01-01 06:00:00", id="start of an hour belongs to that hour"
        ),
        pytest.param("2013-01-01 05:59:59", None, "2013-01-01 06:00:00", id="end of an hour"),
        pytest.param("2013-01-01 05:10:00", "2013-01-01 05:00:00", "2013-01-01 06:00:00", id="on time"),
        pytest.param(
            "2013-01-01 02:10:00", "2013-01-01 05:00:00", "2013-01-01 06:00:00", id="late is known later"
        ),
        pytest.param(
            None, "2013-01-01 05:00:00", "2013-01-01 09:00:00", id="no commit time: the run's own hour"
        ),
    ],
)
def test_known_at(spark: SparkSession, committed: str | None, frontier: str | None, expected: str) -> None:
    rows = spark.createDataFrame([(committed,)], "c string").select(
        known_at(F.to_timestamp("c"), at(frontier) if frontier else None, at("2013-01-01 09:00:00")).alias(
            "k"
        )
    )
    assert rows.select(F.col("k").cast("string")).collect()[0][0] == expected


def test_sequence_puts_loads_first_then_commit_time_file_and_line(spark: SparkSession) -> None:
    rows = [
        ("cdc, second line", "U", "2013-01-01 00:01:00", "a", 2),
        ("load, though later", "L", "2013-01-02 00:00:00", "z", 9),
        ("cdc, tenth line", "U", "2013-01-01 00:01:00", "a", 10),
        ("cdc, later file", "U", "2013-01-01 00:01:00", "b", 1),
        ("cdc, no time", "U", None, "b", 5),
    ]
    frame = spark.createDataFrame(rows, "name string, _op string, c string, _file string, _row bigint")
    ordered = frame.select("name", sequence(F.col("c")).alias("s")).orderBy("s").collect()
    assert [row["name"] for row in ordered] == [
        "load, though later",
        "cdc, no time",
        "cdc, second line",
        "cdc, tenth line",
        "cdc, later file",
    ]


def test_generation_is_the_latest_load_at_or_before_the_commit(spark: SparkSession) -> None:
    frame = spark.createDataFrame(
        [("2013-01-01 00:00:00",), ("2013-01-02 00:00:00",), ("2013-01-05 00:00:00",)], "c string"
    ).select(F.to_timestamp("c").alias("_committed_at"))
    starts = [at("2013-01-02 00:00:00"), at("2013-01-04 00:00:00")]
    found = [row[0] for row in frame.select(generation(starts)).collect()]
    assert found == ["0000-00-00T00:00:00.000000", "2013-01-02T00:00:00.000000", "2013-01-04T00:00:00.000000"]
