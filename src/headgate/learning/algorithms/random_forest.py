"""A random forest by MLlib, fitted on all rows of the window; equal rows give equal trees, node for node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.ml.classification import RandomForestClassifier
from pyspark.sql import DataFrame

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.mllib_algorithm import MLlibAlgorithm, Trained
from headgate.learning.algorithms.training_vectors import seed_for, widest
from headgate.learning.feature_vectors import LABEL, VECTOR
from headgate.learning.scoring.encoding import Features
from headgate.spec.algorithm_parameters import defaults_of


class RandomForest(MLlibAlgorithm):
    """MLlib's RandomForestClassifier with everything that could depend on the data's layout pinned down."""

    name = "random_forest"
    defaults = defaults_of(name)

    def train(self, vectors: DataFrame, task: LearningTask, parameters: Mapping[str, Any]) -> Trained:
        """Train the forest; its seed follows from the spec's."""
        forest = forest_classifier(
            parameters, task.features, int(parameters["trees"]), seed_for(task.seed, "forest")
        )
        model = forest.fit(vectors)
        return Trained(model, {"kind": "forest"}, trees=model)


def forest_classifier(
    parameters: Mapping[str, Any], features: Features, trees: int, seed: int
) -> RandomForestClassifier:
    """A forest of so many trees that is still to be fitted."""
    return RandomForestClassifier(
        featuresCol=VECTOR,
        labelCol=LABEL,
        numTrees=trees,
        maxDepth=int(parameters["depth"]),
        maxBins=max(int(parameters["bins"]), widest(features)),
        minInstancesPerNode=int(parameters["minimum_rows_per_leaf"]),
        featureSubsetStrategy=str(parameters["features_per_split"]),
        subsamplingRate=float(parameters["rows_per_tree"]),
        impurity=str(parameters["impurity"]),
        seed=seed,
        cacheNodeIds=True,  # else every level ships the whole forest: 33 s instead of 20 for 100 trees
    )
