"""Whether an ONNX form scores as the model that it was converted from, on rows where it could go wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pandas as pd

from headgate.learning.onnx_form.graph import PROBABILITY
from headgate.learning.scoring.encoding import Features, encode
from headgate.learning.scoring.scorer import scorer_of

ROWS = 2000
TOLERANCE = 1.0e-12
"""How far a probability may lie from that of the portable form; both compute in double."""
SEED = 1


def probing_rows(form: dict[str, Any], nodes: pd.DataFrame, features: Features) -> pd.DataFrame:
    """`ROWS` rows made from the model itself, the same each time.

    Of a number: its thresholds (of a linear model its center and around it), the next larger double of each,
    values between and beyond, and missing. Of a nominal feature: its words, one that is none, and missing.
    """
    draw = np.random.default_rng(SEED)
    columns: dict[str, Any] = {}
    for place, (name, words) in enumerate(features):
        if words is not None:
            columns[name] = draw.choice(np.array([*words, "(no such word)", None], dtype=object), ROWS)
            continue
        marks = _marks(form, nodes, place)
        between = draw.uniform(marks.min() - 1.0, marks.max() + 1.0, len(marks))
        values = np.concatenate([marks, np.nextafter(marks, np.inf), between])
        columns[name] = np.where(draw.random(ROWS) < 0.1, np.nan, draw.choice(values, ROWS))
    return pd.DataFrame(columns)


def _marks(form: dict[str, Any], nodes: pd.DataFrame, place: int) -> np.ndarray:
    """The numbers at which the model may change its mind about a numeric feature."""
    thresholds = nodes.loc[nodes["feature"] == place, "threshold"].to_numpy(np.float64)
    terms = [term for term in form.get("terms", []) if term["feature"] == place and "center" in term]
    around = [term["center"] + step * term["scale"] for term in terms for step in (-3, -1, 0, 1, 3)]
    return np.unique(np.concatenate([thresholds[~np.isnan(thresholds)], around, [0.0]]))


def onnx_inputs(rows: pd.DataFrame, features: Features) -> dict[str, np.ndarray]:
    """The columns of `rows` as the inputs of an ONNX form: doubles and strings, missing as NaN and ''."""
    return {
        name: pd.to_numeric(rows[name]).to_numpy(np.float64, na_value=np.nan)
        if words is None
        else rows[name].fillna("").astype(str).to_numpy(dtype=object)
        for name, words in features
    }


def onnx_scores(model: onnx.ModelProto, rows: pd.DataFrame, features: Features) -> np.ndarray:
    """What ONNX Runtime makes of the rows: a probability each."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (probability,) = session.run([PROBABILITY], onnx_inputs(rows, features))
    return np.asarray(probability)


def largest_gap(
    model: onnx.ModelProto, form: dict[str, Any], nodes: pd.DataFrame, features: Features
) -> float:
    """The largest distance of the probabilities of both forms on the `probing_rows`."""
    rows = probing_rows(form, nodes, features)
    expected = scorer_of(form, nodes)(encode(rows, features))
    return float(np.abs(onnx_scores(model, rows, features) - expected).max())
