"""Encode a model's inputs as numbers, the same way wherever they are scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

MISSING_NUMBER = -1.0e9
"""What stands for a missing numeric value: below any real one, so that a tree can split it off."""

Features = Sequence[tuple[str, Sequence[str] | None]]
"""The inputs in order: a name, and for a nominal one its whole vocabulary (None: numeric)."""


def encode(rows: pd.DataFrame, features: Features) -> np.ndarray:
    """The rows as a float64 matrix, one column per feature, in the order of `features`.

    A nominal value becomes its position in the vocabulary; missing or unknown becomes one position more. A
    whole number is the same word whether it comes as 3 or as 3.0, as Pandas has whole numbers beside gaps.
    A missing number becomes `MISSING_NUMBER`. Raises KeyError naming the columns that `rows` lacks.
    """
    absent = [name for name, _ in features if name not in rows.columns]
    if absent:
        raise KeyError(f"the rows lack the columns {', '.join(absent)}")
    matrix = np.empty((len(rows), len(features)), dtype=np.float64)
    for position, (name, vocabulary) in enumerate(features):
        if vocabulary is None:
            numbers = pd.to_numeric(rows[name]).to_numpy(dtype=np.float64, na_value=np.nan)
            matrix[:, position] = np.where(np.isnan(numbers), MISSING_NUMBER, numbers)
        else:
            places = {value: float(place) for place, value in enumerate(vocabulary)}
            unknown = float(len(vocabulary))
            matrix[:, position] = [places.get(_word(value, places), unknown) for value in rows[name]]
    return matrix


def _word(value: object, places: Mapping[str, float]) -> str:
    text = _text(value)
    if text not in places and isinstance(value, float | np.floating):
        return text.removesuffix(".0")
    return text


def _text(value: object) -> str:
    """A nominal value as Spark casts it to text; where it is missing, the empty string, which is no word."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return str(value)
