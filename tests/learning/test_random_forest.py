"""The forest: equal rows give equal trees, and the node rows score as Spark does, without a JVM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.parameters import UnknownParameter
from headgate.learning.algorithms.random_forest import RandomForest
from headgate.learning.algorithms.training_vectors import TooFewRows
from headgate.learning.node_rows import content_digest
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.forest import forest_of, score
from tests.learning.late_rows import FEATURES, SCHEMA, rows


def fit(frame: DataFrame, folder: Path, **changes: int | float | str) -> Fitted:
    task = LearningTask(
        FEATURES, "late", ["id"], {"trees": 8, "depth": 6, **changes}, 5, str(folder / "scratch")
    )
    return RandomForest().fit(frame, frame, task)


@pytest.fixture(scope="module")
def fitted(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return fit(spark.createDataFrame(rows(), SCHEMA), tmp_path_factory.mktemp("forest"))


def test_node_rows_score_as_spark_does(fitted: Fitted) -> None:
    assert fitted.nodes["categories"].notna().any() and fitted.nodes["threshold"].notna().any()
    scores = score(forest_of(fitted.nodes), encode(fitted.predictions, FEATURES))
    assert len(scores) == 1500
    assert np.abs(scores - fitted.predictions["probability"].to_numpy()).max() <= 1e-12


def test_order_and_partitions_of_the_rows_do_not_matter(
    spark: SparkSession, fitted: Fitted, tmp_path: Path
) -> None:
    shuffled = rows()
    np.random.default_rng(9).shuffle(shuffled)
    again = fit(spark.createDataFrame(shuffled, SCHEMA).repartition(3, "delay"), tmp_path)
    pd.testing.assert_frame_equal(again.nodes, fitted.nodes)
    assert content_digest(again.nodes) == content_digest(fitted.nodes)


def test_categories_do_not_depend_on_the_rows(spark: SparkSession, tmp_path: Path) -> None:
    only_a = [(number, "A", delay, hour, late) for number, _, delay, hour, late in rows()]
    nodes = fit(spark.createDataFrame(only_a, SCHEMA), tmp_path).nodes
    assert score(forest_of(nodes), np.array([[4.0, 0.0, 0.0], [0.0, 0.0, 0.0]])).shape == (2,)


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(UnknownParameter) as caught:
        RandomForest().complete_parameters({"tree": 3})
    assert str(caught.value) == (
        "random_forest has no parameter 'tree': it has trees, depth, bins, features_per_split, "
        "minimum_rows_per_leaf, rows_per_tree, impurity; did you mean 'trees'?\n"
        "  where: pipeline.yaml, model.parameters\n"
        "  left behind: nothing was fitted\n"
        "  next: correct the name, then run ./headgate check"
    )


def test_fewer_rows_than_categories_are_refused(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(TooFewRows) as caught:
        fit(spark.createDataFrame(rows()[:4], SCHEMA), tmp_path)
    assert str(caught.value).startswith(
        "4 training rows are fewer than the 5 categories of the widest feature"
    )
