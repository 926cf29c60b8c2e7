"""Whole numbers with a vocabulary are the same words in Spark and in Pandas, gaps among them or not."""

from __future__ import annotations

import numpy as np
from pyspark.sql import SparkSession

from headgate.learning.feature_vectors import VECTOR, with_vectors
from headgate.learning.scoring.encoding import Features, encode

FEATURES: Features = [("zone", ["3", "10"]), ("gate", ["3", "10"]), ("code", ["3", "10"])]
ROWS = [(3, 3.0, "3.0", 0), (None, None, None, 1), (10, 10.0, "10", 0), (4, 3.5, "3", 1)]
SCHEMA = "zone int, gate double, code string, late int"


def test_both_encode_alike(spark: SparkSession) -> None:
    frame = spark.createDataFrame(ROWS, SCHEMA)
    vectors = [
        row[VECTOR].toArray() for row in with_vectors(frame, FEATURES, "late").select(VECTOR).collect()
    ]
    expected = [[0.0, 0.0, 2.0], [2.0, 2.0, 2.0], [1.0, 1.0, 1.0], [2.0, 2.0, 0.0]]
    assert np.array(vectors).tolist() == expected
    assert encode(frame.toPandas(), FEATURES).tolist() == expected
