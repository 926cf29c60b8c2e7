"""Gradient-boosted trees by MLlib: each tree is fitted on what those before it still get wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.ml.classification import GBTClassifier
from pyspark.sql import DataFrame

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.mllib_algorithm import MLlibAlgorithm, Trained
from headgate.learning.algorithms.training_vectors import seed_for, widest
from headgate.learning.feature_vectors import LABEL, VECTOR
from headgate.spec.algorithm_parameters import defaults_of


class GradientBoostedTrees(MLlibAlgorithm):
    """MLlib's GBTClassifier (log loss) with everything that could depend on the data's layout pinned down."""

    name = "gradient_boosted_trees"
    defaults = defaults_of(name)

    def train(self, vectors: DataFrame, task: LearningTask, parameters: Mapping[str, Any]) -> Trained:
        """Train the trees; their seed follows from the spec's."""
        model = GBTClassifier(
            featuresCol=VECTOR,
            labelCol=LABEL,
            lossType="logistic",
            maxIter=int(parameters["trees"]),
            maxDepth=int(parameters["depth"]),
            stepSize=float(parameters["step"]),
            maxBins=max(int(parameters["bins"]), widest(task.features)),
            minInstancesPerNode=int(parameters["minimum_rows_per_leaf"]),
            featureSubsetStrategy=str(parameters["features_per_split"]),
            subsamplingRate=float(parameters["rows_per_tree"]),
            seed=seed_for(task.seed, "boosted trees"),
            cacheNodeIds=True,
        ).fit(vectors)
        weights = [float(weight) for weight in model.treeWeights]
        return Trained(model, {"kind": "boosted_trees", "weights": weights}, trees=model)
