"""Encode examples for MLlib: one vector column whose categories come from the spec, never from the rows."""

from __future__ import annotations

from pyspark.ml.feature import VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.learning.scoring.encoding import MISSING_NUMBER, Features

VECTOR = "_features"
LABEL = "_label"
UNKNOWN = "(unknown)"
"""The extra category of every nominal feature: a missing value, or one outside the vocabulary."""


def with_vectors(rows: DataFrame, features: Features, label: str) -> DataFrame:
    """Add `_features` (vector) and `_label` (double 0/1, two classes by metadata) to the rows.

    Encodes exactly as `headgate.learning.scoring.encoding.encode` does.
    """
    inputs = [f"_input_{position}" for position in range(len(features))]
    fractional = {name for name, kind in rows.dtypes if kind in ("double", "float")}
    encoded = rows.select(
        "*",
        *(
            _encoded(name, words, fractional=name in fractional).alias(column)
            for column, (name, words) in zip(inputs, features, strict=True)
        ),
        F.col(label).cast("double").alias(LABEL),
    )
    assembled = VectorAssembler(inputCols=inputs, outputCol=VECTOR).transform(encoded).drop(*inputs)
    return assembled.withMetadata(VECTOR, _vector_metadata(features)).withMetadata(
        LABEL, {"ml_attr": {"type": "nominal", "name": label, "vals": ["0", "1"]}}
    )


def _encoded(name: str, words: object, *, fractional: bool) -> Column:
    if words is None:
        number = F.col(name).cast("double")
        return F.coalesce(F.nanvl(number, F.lit(None).cast("double")), F.lit(MISSING_NUMBER))
    vocabulary = list(words)  # type: ignore[call-overload]  # a sequence of words, or None above
    known, text = F.array(*(F.lit(word) for word in vocabulary)), F.col(name).cast("string")
    place = F.array_position(known, text)
    if fractional:
        whole = F.array_position(known, F.regexp_replace(text, r"\.0$", ""))
        place = F.when(place > 0, place).otherwise(whole)
    return F.when(place > 0, place - 1).otherwise(F.lit(len(vocabulary))).cast("double")


def _vector_metadata(features: Features) -> dict[str, object]:
    attributes: dict[str, list[dict[str, object]]] = {"nominal": [], "numeric": []}
    for position, (name, words) in enumerate(features):
        if words is None:
            attributes["numeric"].append({"idx": position, "name": name})
        else:
            attributes["nominal"].append({"idx": position, "name": name, "vals": [*words, UNKNOWN]})
    kept = {kind: values for kind, values in attributes.items() if values}
    return {"ml_attr": {"attrs": kept, "num_attrs": len(features)}}
