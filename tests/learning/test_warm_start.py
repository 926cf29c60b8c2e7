"""Logistic regression refits from its parent: fewer steps to the same optimum, and reproducible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession
from sklearn.metrics import log_loss

from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.logistic_regression import LogisticRegression, started_terms
from headgate.learning.increment import Increment, Parent, increment_since
from headgate.learning.net_changes import LearnedFrom
from headgate.releases.candidate import learn_candidate
from headgate.releases.model_headers import headers
from headgate.releases.model_log import record
from headgate.releases.projection import header_tags
from headgate.releases.reproduce import reproduce
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Model
from headgate.spec.settings import Settings
from tests.learning.changing_world import RING
from tests.learning.forgotten_examples import forgotten
from tests.learning.late_rows import FEATURES, SCHEMA, rows
from tests.learning.learning_world import SPEC, START, loaded_pipeline, publish_examples

FRONTIER = datetime(2013, 1, 10, tzinfo=UTC)
PLAIN = SPEC["model"]
assert isinstance(PLAIN, Model)
MODEL = PLAIN.model_copy(update={"algorithm": "logistic_regression", "parameters": {}})


def test_coefficients_of_other_units_say_the_same() -> None:
    """A slope of 2 a minute around 10 min; the new rows have their center at 14 min and a scale of 3."""
    start = {
        "intercept": 1.0,
        "terms": [
            {"feature": 0, "category": 0, "coefficient": 0.5},
            {"feature": 1, "center": 10.0, "scale": 4.0, "coefficient": 8.0},
            {"feature": 1, "missing": True, "coefficient": -0.25},
        ],
    }
    terms = [
        {"feature": 0, "category": 0},
        {"feature": 0, "category": 1},
        {"feature": 1, "center": 14.0, "scale": 3.0},
        {"feature": 1, "missing": True},
    ]
    assert started_terms(start, terms) == ([0.5, 0.0, 6.0, -0.25], 9.0)


def fit(spark: SparkSession, given: list[Any], iterations: int, start: dict[str, Any] | None) -> Fitted:
    frame = spark.createDataFrame(given, SCHEMA)
    task = LearningTask(FEATURES, "late", ["id"], {"iterations": iterations}, 5, "unused", start)
    return LogisticRegression().fit(frame, frame, task)


def test_it_comes_nearer_to_the_optimum_in_as_few_steps(spark: SparkSession) -> None:
    parent = fit(spark, rows()[:1200], 200, None).form
    optimum = fit(spark, rows(), 200, None)
    cold, warm, again = (fit(spark, rows(), 2, start) for start in (None, parent, parent))
    assert warm.form == again.form
    losses = [
        log_loss(found.predictions["late"], found.predictions["probability"])
        for found in (optimum, warm, cold)
    ]
    assert losses[1] - losses[0] < 0.1 * (losses[2] - losses[0])
    finished = fit(spark, rows(), 200, parent)
    gap = finished.predictions["probability"] - optimum.predictions["probability"]
    assert np.abs(gap).max() < 1e-4


def increment(
    model: Model, header: dict[str, Any] | None, spark: SparkSession, *, forgotten: bool = False
) -> Increment:
    parent = Parent(header, lambda: pytest.fail("no nodes are needed"), forgotten) if header else None
    now = LearnedFrom(1, HourRange(None, FRONTIER), FRONTIER)
    examples = SPEC["examples"]
    assert isinstance(examples, Examples)
    return increment_since(spark, "unused", model, examples, parent, now)


@pytest.mark.parametrize(
    ("model", "changed", "because"),
    [
        (MODEL, {}, "logistic_regression learns from all rows each time, beginning at model 4"),
        (MODEL, None, "logistic_regression learns from all rows each time"),
        (MODEL, {"algorithm": "random_forest"}, "logistic_regression learns from all rows each time"),
        (MODEL, {"features": []}, "logistic_regression learns from all rows each time"),
        (PLAIN, {"algorithm": "random_forest"}, "random_forest learns from all rows each time"),
    ],
    ids=["its own kind", "no parent", "another algorithm", "other inputs", "an algorithm that starts anew"],
)
def test_where_a_fit_begins(
    spark: SparkSession, model: Model, changed: dict[str, Any] | None, because: str
) -> None:
    features = [
        {"name": "carrier", "nominal": ["A", "B", "C"]},
        {"name": "hour", "nominal": None},
        {"name": "delay", "nominal": None},
    ]
    header = {"model": 4, "algorithm": "logistic_regression", "features": features, **(changed or {})}
    found = increment(model, None if changed is None else header, spark)
    assert (found.because, found.changes) == (because, None)
    assert (found.start is None) == ("model 4" not in because)


def test_it_is_on_record_and_reproduced(spark: SparkSession, tmp_path: Path) -> None:
    settings, loaded = Settings(home=tmp_path), loaded_pipeline(tmp_path, model=MODEL)
    for attempt, hours in (("first", 0), ("second", 24)):
        publish_examples(spark, settings, FRONTIER + timedelta(hours=hours))
        learn_candidate(lambda: spark, settings, loaded, attempt)
        record(spark, settings, "trains", attempt)
    first, second = headers(settings, "trains")
    assert [header["learned"]["start"] for header in (first, second)] == [None, 1]
    tags = header_tags(second)
    assert tags["headgate.learned.how"] == "refits from its parent"
    assert tags["headgate.learned.from"] == "all rows"
    assert tags["headgate.learned.because"] == (
        "logistic_regression learns from all rows each time, beginning at model 1"
    )
    again = reproduce(spark, settings, loaded, 2, tmp_path / "again")
    assert (again.same, again.gap) == (True, 0.0)


def test_nothing_is_taken_over_from_a_model_that_may_know_who_was_forgotten(
    spark: SparkSession, tmp_path: Path
) -> None:
    settings, loaded = Settings(home=tmp_path), loaded_pipeline(tmp_path, model=MODEL)
    publish_examples(spark, settings, FRONTIER)
    learn_candidate(lambda: spark, settings, loaded, "first")
    record(spark, settings, "trains", "first")
    forgotten(spark, settings, "trains", START, lambda: publish_examples(spark, settings, FRONTIER, 9))
    learn_candidate(lambda: spark, settings, loaded, "second")
    record(spark, settings, "trains", "second")
    second = headers(settings, "trains")[1]
    assert (second["parent"], second["learned"]["start"]) == (1, None)
    assert second["learned"]["because"] == "logistic_regression learns from all rows each time"
    publish_examples(spark, settings, FRONTIER + timedelta(hours=24))
    learn_candidate(lambda: spark, settings, loaded, "third")
    record(spark, settings, "trains", "third")
    assert headers(settings, "trains")[2]["learned"]["start"] == 2


def test_an_incremental_forest_learns_anew_after_a_forgetting(spark: SparkSession) -> None:
    found = increment(RING, {"model": 4}, spark, forgotten=True)
    assert found.changes is None
    assert found.because == "a subject that model 4 may have learned from was forgotten"
