"""The training rows as MLlib takes them, laid out so that equal rows give equal models."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pandas as pd
from pyspark.ml import Model
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.feature_vectors import with_vectors
from headgate.learning.labelled_rows import in_key_order
from headgate.learning.scoring.encoding import Features
from headgate.spec.errors import HeadgateError


class TooFewRows(HeadgateError):
    """There are fewer training rows than a nominal feature has categories; MLlib refuses to fit."""


def widest(features: Features) -> int:
    """The number of categories of the widest nominal feature, the unknown one included; at least 2."""
    return max((len(words) + 1 for _, words in features if words is not None), default=2)


@contextmanager
def training_vectors(rows: DataFrame, task: LearningTask) -> Iterator[DataFrame]:
    """`held_vectors` of enough rows to fit on. Raises TooFewRows."""
    with held_vectors(rows, task) as vectors:
        count, categories = vectors.count(), widest(task.features)
        if count < categories:
            raise TooFewRows(
                f"{count} training rows are fewer than the {categories} categories of the widest feature",
                left="nothing was fitted",
                next_command="wait for more labelled hours, or shorten the vocabulary in pipeline.yaml",
            )
        yield vectors


@contextmanager
def held_vectors(rows: DataFrame, task: LearningTask) -> Iterator[DataFrame]:
    """`rows` with `_features` and `_label`, in one partition in the order of their key, held in memory."""
    ordered = in_key_order(rows.select(*task.columns), task.key)
    vectors = with_vectors(ordered, task.features, task.label).cache()
    try:
        yield vectors
    finally:
        vectors.unpersist()


def predictions(model: Model, vectors: DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`columns` of the rows with Spark's own probability of the positive class as `probability`."""
    probability = vector_to_array(F.col("probability"))[1].alias("probability")
    return model.transform(vectors).select(*columns, probability).toPandas()


def seed_for(seed: int, purpose: str) -> int:
    """A 63-bit seed that follows from the spec's seed and what it is for."""
    digest = hashlib.sha256(json.dumps([seed, purpose]).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
