"""Baselines: the mean label per group of the training rows, used as a score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

BASE_RATE = "base rate"


@dataclass(frozen=True)
class Baseline:
    """Group means of the label by the values of `columns` (no columns: the base rate of all rows)."""

    columns: tuple[str, ...]
    base_rate: float
    means: dict[tuple[object, ...], float]

    @property
    def name(self) -> str:
        """How reports call it: `carrier x hour`, or `base rate`."""
        return " x ".join(self.columns) or BASE_RATE

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        """The probability per row: its group's mean, or the base rate where training had no such group."""
        if not self.columns:
            return np.full(len(rows), self.base_rate)
        groups = zip(*(rows[column] for column in self.columns), strict=True)
        return np.array(
            [self.means.get(_group(values), self.base_rate) for values in groups], dtype=np.float64
        )


def baseline(training: DataFrame, columns: Sequence[str], label: str) -> Baseline:
    """Take the group means of `label` (0/1) over the training rows, in Spark."""
    groups = training.groupBy(*columns).agg(
        F.sum(F.col(label).cast("double")).alias("_positives"), F.count(F.lit(1)).alias("_rows")
    )
    found = groups.toPandas()
    positives, rows = found["_positives"].to_numpy(np.float64), found["_rows"].to_numpy(np.float64)
    keys = zip(*(found[column] for column in columns), strict=True) if columns else iter([()] * len(found))
    means = {_group(values): float(mean) for values, mean in zip(keys, positives / rows, strict=True)}
    return Baseline(tuple(columns), float(positives.sum() / rows.sum()), means)


def _group(values: Sequence[object]) -> tuple[object, ...]:
    """The values as a key; every kind of missing is None, so that missing is a group of its own."""
    return tuple(None if bool(pd.isna(value)) else value for value in values)  # type: ignore[call-overload]
