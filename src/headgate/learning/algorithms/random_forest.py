"""A random forest by MLlib, fitted on all rows of the window; equal rows give equal trees, node for node."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from difflib import get_close_matches

import pandas as pd
from pyspark.ml.classification import RandomForestClassificationModel, RandomForestClassifier
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.learning.algorithms.algorithm import Fitted, Parameters
from headgate.learning.encoding import Features
from headgate.learning.feature_vectors import LABEL, VECTOR, with_vectors
from headgate.learning.labelled_rows import in_key_order
from headgate.learning.node_rows import NODE_TYPES
from headgate.spec.errors import HeadgateError

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


class UnknownParameter(HeadgateError):
    """The spec gives the algorithm a parameter that it does not have."""


class TooFewRows(HeadgateError):
    """There are fewer training rows than a nominal feature has categories; MLlib refuses to fit."""


class RandomForest:
    """MLlib's RandomForestClassifier with everything that could depend on the data's layout pinned down."""

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The parameters with defaults filled in; raises UnknownParameter."""
        for name in parameters:
            if name not in DEFAULTS:
                near = get_close_matches(name, DEFAULTS, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise UnknownParameter(
                    f"random_forest has no parameter {name!r}: it has {', '.join(DEFAULTS)}{hint}",
                    where="pipeline.yaml, model.parameters",
                    left="nothing was fitted",
                    next_command="correct the name, then run ./headgate check",
                )
        return {**DEFAULTS, **parameters}

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
        widest = max((len(words) + 1 for _, words in features if words is not None), default=2)
        columns = list(dict.fromkeys([*key, label, *(name for name, _ in features)]))
        ordered = in_key_order(rows.select(*columns), key)
        vectors = with_vectors(ordered, features, label).cache()
        try:
            count = vectors.count()
            if count < widest:
                raise TooFewRows(
                    f"{count} training rows are fewer than the {widest} categories of the widest feature",
                    left="nothing was fitted",
                    next_command="wait for more labelled hours, or shorten the vocabulary in pipeline.yaml",
                )
            model = RandomForestClassifier(
                featuresCol=VECTOR,
                labelCol=LABEL,
                numTrees=int(chosen["trees"]),
                maxDepth=int(chosen["depth"]),
                maxBins=max(int(chosen["bins"]), widest),
                minInstancesPerNode=int(chosen["minimum_rows_per_leaf"]),
                featureSubsetStrategy=str(chosen["features_per_split"]),
                subsamplingRate=float(chosen["rows_per_tree"]),
                impurity=str(chosen["impurity"]),
                seed=_seed(seed, "forest"),
            ).fit(vectors)
        finally:
            vectors.unpersist()
        return Fitted(
            _nodes_of(model, scratch, rows.sparkSession),
            _predictions(model, scored.select(*columns), features, label, key),
        )


def _seed(seed: int, purpose: str) -> int:
    """A 63-bit seed that follows from the spec's seed and what it is for."""
    digest = hashlib.sha256(json.dumps([seed, purpose]).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _nodes_of(model: RandomForestClassificationModel, scratch: str, spark: SparkSession) -> pd.DataFrame:
    """The model's node rows, from the frame that MLlib itself saves a forest as."""
    model.write().overwrite().save(scratch)
    split = F.col("nodeData.split")
    inner = split["featureIndex"] >= 0
    numeric = split["numCategories"] == -1
    values = split["leftCategoriesOrThreshold"]
    saved = spark.read.parquet(f"{scratch}/data").select(
        F.col("treeID").alias("tree"),
        F.col("nodeData.id").alias("node"),
        F.col("nodeData.prediction").alias("prediction"),
        F.col("nodeData.impurity").alias("impurity"),
        F.col("nodeData.impurityStats").alias("stats"),
        F.col("nodeData.rawCount").alias("weighed_rows"),
        F.col("nodeData.gain").alias("gain"),
        F.col("nodeData.leftChild").alias("left_child"),
        F.col("nodeData.rightChild").alias("right_child"),
        split["featureIndex"].alias("feature"),
        F.when(inner & numeric, F.element_at(values, 1)).alias("threshold"),
        F.when(inner & ~numeric, values).alias("categories"),
    )
    return saved.toPandas()[list(NODE_TYPES)].sort_values(["tree", "node"]).reset_index(drop=True)


def _predictions(
    model: RandomForestClassificationModel,
    scored: DataFrame,
    features: Features,
    label: str,
    key: Sequence[str],
) -> pd.DataFrame:
    """The rows of `scored` with Spark's own probability of the positive class."""
    probability = vector_to_array(F.col("probability"))[1].alias("probability")
    return (
        model.transform(with_vectors(scored, features, label)).select(*scored.columns, probability).toPandas()
    )
