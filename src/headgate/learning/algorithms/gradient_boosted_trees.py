"""Gradient-boosted trees by MLlib: each tree is fitted on what those before it still get wrong."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.ml.classification import GBTClassifier
from pyspark.sql import DataFrame

from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.algorithms.parameters import Parameters, complete
from headgate.learning.algorithms.training_vectors import (
    columns_of,
    predictions,
    seed_for,
    training_vectors,
    widest,
)
from headgate.learning.algorithms.tree_nodes import tree_nodes
from headgate.learning.feature_vectors import LABEL, VECTOR, with_vectors
from headgate.learning.scoring.encoding import Features

DEFAULTS: dict[str, int | float | str] = {
    "trees": 50,
    "depth": 4,
    "step": 0.1,
    "bins": 32,
    "features_per_split": "all",
    "minimum_rows_per_leaf": 10,
    "rows_per_tree": 1.0,
}
"""Parameters and their defaults. `step` is how much of each tree counts; `rows_per_tree` is a share."""


class GradientBoostedTrees:
    """MLlib's GBTClassifier (log loss) with everything that could depend on the data's layout pinned down."""

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The parameters with defaults filled in; raises UnknownParameter."""
        return complete("gradient_boosted_trees", parameters, DEFAULTS)

    def fit(
        self,
        rows: DataFrame,
        scored: DataFrame,
        *,
        features: Features,
        label: str,
        key: Sequence[str],
        parameters: Parameters,
        seed: int,
        scratch: str,
    ) -> Fitted:
        """Fit on `rows` and predict `scored`; see `Algorithm.fit`. Raises TooFewRows, UnknownParameter."""
        chosen = self.complete_parameters(parameters)
        columns = columns_of(key, label, features)
        with training_vectors(rows, features=features, label=label, key=key) as vectors:
            model = GBTClassifier(
                featuresCol=VECTOR,
                labelCol=LABEL,
                lossType="logistic",
                maxIter=int(chosen["trees"]),
                maxDepth=int(chosen["depth"]),
                stepSize=float(chosen["step"]),
                maxBins=max(int(chosen["bins"]), widest(features)),
                minInstancesPerNode=int(chosen["minimum_rows_per_leaf"]),
                featureSubsetStrategy=str(chosen["features_per_split"]),
                subsamplingRate=float(chosen["rows_per_tree"]),
                seed=seed_for(seed, "boosted trees"),
            ).fit(vectors)
        judged = with_vectors(scored.select(*columns), features, label)
        return Fitted(
            {"kind": "boosted_trees", "weights": [float(weight) for weight in model.treeWeights]},
            tree_nodes(model, scratch, rows.sparkSession),
            predictions(model, judged, columns),
        )
