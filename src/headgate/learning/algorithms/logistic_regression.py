"""Logistic regression by MLlib on standardised numbers, missing marks and one-hot categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from pyspark import SparkContext
from pyspark.ml.classification import LogisticRegression as MLlibLogisticRegression
from pyspark.ml.common import _py2java
from pyspark.ml.functions import array_to_vector, vector_to_array
from pyspark.ml.linalg import Vectors
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.learning.algorithms.algorithm import Learns
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.mllib_algorithm import MLlibAlgorithm, Trained
from headgate.learning.feature_vectors import LABEL, VECTOR
from headgate.learning.scoring.encoding import MISSING_NUMBER, Features
from headgate.spec.algorithm_parameters import defaults_of

Term = dict[str, Any]


class LogisticRegression(MLlibAlgorithm):
    """MLlib's LogisticRegression; its inputs are the terms of `headgate.learning.scoring.linear`."""

    name = "logistic_regression"
    defaults = defaults_of(name)
    learns: ClassVar[Learns] = "refits from its parent"

    def train(self, vectors: DataFrame, task: LearningTask, parameters: Mapping[str, Any]) -> Trained:
        """Train on the terms of all rows, beginning at the coefficients of `task.start`, if any.

        The optimum is the same wherever it begins; it is reached in fewer steps. Nothing is drawn.
        """
        terms = _terms(vectors, task.features)
        learner = MLlibLogisticRegression(
            featuresCol=VECTOR,
            labelCol=LABEL,
            family="binomial",
            standardization=False,
            regParam=float(parameters["regularization"]),
            elasticNetParam=float(parameters["elastic_net"]),
            maxIter=int(parameters["iterations"]),
            tol=float(parameters["tolerance"]),
        )
        if task.start is not None:
            _begin_at(learner, *started_terms(task.start, terms))
        model = learner.fit(_with_terms(vectors, terms))
        coefficients = [float(value) for value in model.coefficients.toArray()]
        form = {
            "kind": "linear",
            "intercept": float(model.intercept),
            "terms": [
                {**term, "coefficient": value} for term, value in zip(terms, coefficients, strict=True)
            ],
        }
        return Trained(model, form, inputs=partial(_with_terms, terms=terms))


def started_terms(start: Mapping[str, Any], terms: Sequence[Term]) -> tuple[list[float], float]:
    """The coefficients of `terms` and the intercept that say what the linear form `start` says.

    Its numbers were centered and scaled by other rows. A term that it does not have begins at 0.
    """
    known = {_kind(term): term for term in start["terms"]}
    coefficients, intercept = [], float(start["intercept"])
    for term in terms:
        before = known.get(_kind(term))
        if before is None:
            coefficients.append(0.0)
        elif "center" in term:
            slope = before["coefficient"] / before["scale"]
            coefficients.append(slope * term["scale"])
            intercept += slope * (term["center"] - before["center"])
        else:
            coefficients.append(before["coefficient"])
    return coefficients, intercept


def _kind(term: Term) -> tuple[object, ...]:
    return term["feature"], term.get("category"), term.get("missing", False)


def _begin_at(learner: MLlibLogisticRegression, coefficients: Sequence[float], intercept: float) -> None:
    """Give MLlib's learner the model that it begins at: Scala has the setter, Python has not."""
    context = SparkContext._active_spark_context
    assert context is not None and context._jvm is not None and learner._java_obj is not None
    vector = _py2java(context, Vectors.dense(list(coefficients)))
    scala = context._jvm.org.apache.spark.ml.classification
    learner._java_obj.setInitialModel(scala.LogisticRegressionModel("start", vector, intercept))


def _terms(vectors: DataFrame, features: Features) -> list[Term]:
    """The inputs of the model: what numbers are centered at and scaled by comes from the training rows."""
    numbers = [place for place, (_, words) in enumerate(features) if words is None]
    value = vector_to_array(F.col(VECTOR))
    present = {place: F.when(value[place] != MISSING_NUMBER, value[place]) for place in numbers}
    found = vectors.agg(
        F.count(F.lit(1)).alias("rows"),
        *(F.avg(column).alias(f"center_{place}") for place, column in present.items()),
        *(F.stddev_pop(column).alias(f"scale_{place}") for place, column in present.items()),
        *(F.count(column).alias(f"present_{place}") for place, column in present.items()),
    ).collect()[0]
    terms: list[Term] = []
    for place, (_, words) in enumerate(features):
        if words is not None:
            terms += [{"feature": place, "category": category} for category in range(len(words) + 1)]
            continue
        center, scale = found[f"center_{place}"] or 0.0, found[f"scale_{place}"] or 1.0
        terms.append({"feature": place, "center": center, "scale": scale})
        if found[f"present_{place}"] < found["rows"]:
            terms.append({"feature": place, "missing": True})
    return terms


def _with_terms(vectors: DataFrame, terms: Sequence[Term]) -> DataFrame:
    """Put the terms in the place of the encoded features."""
    value = vector_to_array(F.col(VECTOR))
    inputs = array_to_vector(F.array(*(_input(term, value[term["feature"]]) for term in terms)))
    return vectors.withColumn(VECTOR, inputs)


def _input(term: Term, value: Column) -> Column:
    if "category" in term:
        return (value == F.lit(term["category"])).cast("double")
    absent = value == F.lit(MISSING_NUMBER)
    if term.get("missing"):
        return absent.cast("double")
    scaled = (value - F.lit(term["center"])) / F.lit(term["scale"])
    return F.when(absent, F.lit(0.0)).otherwise(scaled)
