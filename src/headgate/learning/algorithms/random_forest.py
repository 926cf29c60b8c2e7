"""A random forest by MLlib, fitted on all rows of the window; equal rows give equal trees, node for node."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.ml.classification import RandomForestClassifier
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
    "trees": 100,
    "depth": 12,
    "bins": 32,
    "features_per_split": "sqrt",
    "minimum_rows_per_leaf": 1,
    "rows_per_tree": 1.0,
    "impurity": "gini",
}
"""Parameters and their defaults. `bins` grows to the largest vocabulary; `rows_per_tree` is a share."""


class RandomForest:
    """MLlib's RandomForestClassifier with everything that could depend on the data's layout pinned down."""

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The parameters with defaults filled in; raises UnknownParameter."""
        return complete("random_forest", parameters, DEFAULTS)

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
            model = RandomForestClassifier(
                featuresCol=VECTOR,
                labelCol=LABEL,
                numTrees=int(chosen["trees"]),
                maxDepth=int(chosen["depth"]),
                maxBins=max(int(chosen["bins"]), widest(features)),
                minInstancesPerNode=int(chosen["minimum_rows_per_leaf"]),
                featureSubsetStrategy=str(chosen["features_per_split"]),
                subsamplingRate=float(chosen["rows_per_tree"]),
                impurity=str(chosen["impurity"]),
                seed=seed_for(seed, "forest"),
            ).fit(vectors)
        judged = with_vectors(scored.select(*columns), features, label)
        return Fitted(
            {"kind": "forest"},
            tree_nodes(model, scratch, rows.sparkSession),
            predictions(model, judged, columns),
        )
