"""The node rows of a tree model, from the frame that MLlib itself saves it as."""

from __future__ import annotations

import pandas as pd
from pyspark.ml.util import MLWritable
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.learning.node_rows import NODE_TYPES


def tree_nodes(model: MLWritable, scratch: str, spark: SparkSession, first_tree: int = 0) -> pd.DataFrame:
    """One row a node of each tree (`NODE_TYPES`), the trees counted from `first_tree`.

    `scratch` is a folder where every worker can write.
    """
    model.write().overwrite().save(scratch)
    split = F.col("nodeData.split")
    inner = split["featureIndex"] >= 0
    numeric = split["numCategories"] == -1
    values = split["leftCategoriesOrThreshold"]
    saved = spark.read.parquet(f"{scratch}/data").select(
        (F.col("treeID") + F.lit(first_tree)).cast("int").alias("tree"),
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
