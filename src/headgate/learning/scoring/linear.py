"""Score rows with a linear model given as terms, without a JVM, as Spark would."""

from __future__ import annotations

from typing import Any

import numpy as np

from .encoding import MISSING_NUMBER


def linear_inputs(form: dict[str, Any], matrix: np.ndarray) -> np.ndarray:
    """One column a term of `form["terms"]`, from an encoded matrix.

    A term names the `feature` by its place. With a `category` it is 1 where the feature is that category,
    else 0. With `missing` true it is 1 where the value is missing, else 0. Otherwise it is
    `(value - center) / scale`, and 0 where the value is missing.
    """
    columns = []
    for term in form["terms"]:
        value = matrix[:, term["feature"]]
        absent = value == MISSING_NUMBER
        if "category" in term:
            columns.append((value == term["category"]).astype(np.float64))
        elif term.get("missing"):
            columns.append(absent.astype(np.float64))
        else:
            columns.append(np.where(absent, 0.0, (value - term["center"]) / term["scale"]))
    return np.column_stack(columns)


def linear_score(form: dict[str, Any], matrix: np.ndarray) -> np.ndarray:
    """The probability of the positive class of each row: the logistic function of the sum of terms."""
    coefficients = np.array([term["coefficient"] for term in form["terms"]], dtype=np.float64)
    total = linear_inputs(form, matrix) @ coefficients + form["intercept"]
    return np.asarray(1.0 / (1.0 + np.exp(-total)))
