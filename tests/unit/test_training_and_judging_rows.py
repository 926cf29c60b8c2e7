"""Which examples train a candidate and which judge it, written out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.learning.cohorts import NoCompleteCohort, first_cohorts, refresh_cohorts
from headgate.learning.labelled_rows import in_key_order, labelled_rows, left_out
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Feature, Model, Promotion

FRONTIER = datetime(2013, 1, 29, 6, tzinfo=UTC)
EXAMPLES = Examples(inputs=["flights"], entity=["flight_id"], label="late")
MODEL = Model(algorithm="random_forest", features={"delay": Feature()}, window=timedelta(days=28))


def day(number: int, hour: int = 6, month: int = 1) -> datetime:
    return datetime(2013, month, number, hour, tzinfo=UTC)


def test_the_first_candidate_holds_seven_complete_days_out() -> None:
    cohorts = first_cohorts(FRONTIER, EXAMPLES, MODEL, Promotion())
    assert cohorts.evaluation == HourRange(day(21), day(28))
    assert cohorts.training == HourRange(datetime(2012, 12, 24, 6, tzinfo=UTC), day(21))


def test_a_refreshed_candidate_trains_up_to_the_embargo() -> None:
    cohorts = refresh_cohorts(FRONTIER, EXAMPLES, MODEL, Promotion())
    assert cohorts.evaluation == HourRange(day(27), day(28))
    assert cohorts.training == HourRange(datetime(2012, 12, 30, 6, tzinfo=UTC), day(27))


def test_the_embargo_ends_where_cohorts_are_complete() -> None:
    slow = EXAMPLES.model_copy(update={"complete_after": timedelta(hours=36)})
    assert refresh_cohorts(FRONTIER, slow, MODEL, Promotion()).evaluation == HourRange(day(27), day(27, 18))


def test_an_embargo_without_a_complete_cohort_is_refused() -> None:
    slow = EXAMPLES.model_copy(update={"complete_after": timedelta(hours=48)})
    with pytest.raises(NoCompleteCohort) as caught:
        refresh_cohorts(FRONTIER, slow, MODEL, Promotion())
    assert str(caught.value) == (
        "no cohort of the embargo window is complete: its rows are younger than examples.complete_after\n"
        "  where: pipeline.yaml, promotion.embargo_from\n"
        "  left behind: nothing was fitted\n"
        "  next: make embargo_from longer than examples.complete_after, then ./headgate check"
    )


ROWS = [
    ("start is outside", day(20), 1, day(20, 9)),
    ("just inside", day(20, 7), 0, day(20, 9)),
    ("end is inside", day(28), 1, day(28, 9)),
    ("after the end", day(28, 7), 1, day(28, 9)),
    ("no label", day(25), None, None),
    ("known at the frontier", day(26), 1, FRONTIER),
    ("known after the frontier", day(26), 1, FRONTIER + timedelta(hours=1)),
]
SCHEMA = "flight_id string, as_of timestamp, late int, label_known_at timestamp"


def test_rows_count_inside_the_range_with_a_label_known_at_the_frontier(spark: SparkSession) -> None:
    frame = spark.createDataFrame(ROWS, SCHEMA)
    kept = labelled_rows(frame, EXAMPLES, HourRange(day(20), day(28)), FRONTIER)
    assert [row.flight_id for row in in_key_order(kept, ["as_of"]).collect()] == [
        "just inside",
        "known at the frontier",
        "end is inside",
    ]


def test_what_has_no_label_at_the_frontier_is_counted(spark: SparkSession) -> None:
    ranges = {
        "judged": HourRange(day(20), day(28)),
        "training": HourRange(None, day(20)),
        "none": HourRange(day(1), day(2)),
    }
    assert left_out(spark.createDataFrame(ROWS, SCHEMA), EXAMPLES, ranges, FRONTIER) == {
        "judged": {"examples": 5, "without_label": 2},
        "training": {"examples": 1, "without_label": 0},
        "none": {"examples": 0, "without_label": 0},
    }


def test_an_open_range_has_no_first_hour(spark: SparkSession) -> None:
    rows = [("old", datetime(1999, 1, 1, tzinfo=UTC), 1, datetime(1999, 1, 2, tzinfo=UTC))]
    frame = spark.createDataFrame(rows, SCHEMA)
    assert labelled_rows(frame, EXAMPLES, HourRange(None, day(28)), FRONTIER).count() == 1
