"""One forest of two that were fitted apart: merged in Spark, from its saved nodes, and as ONNX."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.ml.classification import RandomForestClassificationModel
from pyspark.sql import SparkSession

from headgate.learning.algorithms.random_forest import forest_classifier
from headgate.learning.algorithms.training_vectors import predictions
from headgate.learning.algorithms.tree_nodes import tree_nodes
from headgate.learning.feature_vectors import with_vectors
from headgate.learning.onnx_form.graph import onnx_model
from headgate.learning.onnx_form.parity import onnx_scores
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.spec.algorithm_parameters import defaults_of
from tests.learning.late_rows import FEATURES, SCHEMA, rows

TREES = 4


def merged(
    spark: SparkSession, models: list[RandomForestClassificationModel]
) -> RandomForestClassificationModel:
    """The forest of all their trees, through the constructor of Spark's own class."""
    scala = spark._jvm.org.apache.spark.ml.classification  # type: ignore[union-attr]  # a session has a JVM here
    trees = [tree for model in models for tree in model._java_obj.trees()]
    gateway = spark.sparkContext._gateway
    array = gateway.new_array(scala.DecisionTreeClassificationModel, len(trees))  # type: ignore[union-attr]
    for place, tree in enumerate(trees):
        array[place] = tree
    forest = scala.RandomForestClassificationModel("merged", array, len(FEATURES), 2)
    forest.set(forest.getParam("featuresCol"), models[0].getFeaturesCol())
    return RandomForestClassificationModel(forest)


def test_they_score_the_same(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.createDataFrame(rows(), SCHEMA)
    vectors = with_vectors(frame, FEATURES, "late").cache()
    parameters = {**defaults_of("random_forest"), "depth": 6}
    models = [
        forest_classifier(parameters, FEATURES, TREES, seed).fit(half)
        for seed, half in enumerate(vectors.randomSplit([0.5, 0.5], seed=1))
    ]
    said = predictions(merged(spark, models), vectors, ["carrier", "delay", "hour"])
    spark_says = said["probability"].to_numpy(np.float64)
    nodes = pd.concat(
        [
            tree_nodes(model, f"{tmp_path}/{place}", spark, place * TREES)
            for place, model in enumerate(models)
        ],
        ignore_index=True,
    )
    assert nodes["tree"].nunique() == 2 * TREES
    from_nodes = scorer_of({"kind": "forest"}, nodes)(encode(said, FEATURES))
    from_onnx = onnx_scores(onnx_model({"kind": "forest"}, nodes, FEATURES), said, FEATURES)
    assert said["carrier"].isna().any() and said["delay"].isna().any()
    assert np.abs(from_nodes - spark_says).max() <= 1e-15
    assert np.abs(from_onnx - spark_says).max() <= 1e-15
