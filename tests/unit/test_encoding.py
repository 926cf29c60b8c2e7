"""Inputs become numbers: vocabularies by position, unknown words one further, missing numbers far below."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from headgate.learning.scoring.encoding import MISSING_NUMBER, encode


def test_nominal_and_numeric_values() -> None:
    rows = pd.DataFrame({"carrier": ["B", "A", None, "Z"], "delay": [1.5, np.nan, -2, 0]})
    assert encode(rows, [("delay", None), ("carrier", ["A", "B"])]).tolist() == [
        [1.5, 1.0],
        [MISSING_NUMBER, 0.0],
        [-2.0, 2.0],
        [0.0, 2.0],
    ]


def test_booleans_are_words_as_spark_writes_them() -> None:
    assert encode(pd.DataFrame({"flag": [True, False]}), [("flag", ["false", "true"])]).tolist() == [
        [1.0],
        [0.0],
    ]


def test_whole_numbers_beside_gaps_are_the_words_that_they_were() -> None:
    """Pandas has the whole numbers of a column with a gap as 3.0; a text stays what it is."""
    rows = pd.DataFrame({"zone": [3, None, 10, 4], "code": ["3.0", "3", None, "10"]})
    assert rows["zone"].dtype == np.float64
    words = ["3", "10"]
    assert encode(rows, [("zone", words), ("code", words)]).tolist() == [
        [0.0, 2.0],
        [2.0, 0.0],
        [1.0, 2.0],
        [2.0, 1.0],
    ]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(KeyError, match="the rows lack the columns wind, rain"):
        encode(pd.DataFrame({"delay": [1]}), [("delay", None), ("wind", None), ("rain", None)])
