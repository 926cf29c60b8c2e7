"""The figures of an evaluation for parts of the rows: where a model is good, and where it is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.evaluation import CANDIDATE
from headgate.learning.metrics import brief_metrics, log_losses
from headgate.spec.errors import HeadgateError
from headgate.spec.pipeline import Slice

MINIMUM_ROWS = 100
"""Rows that a slice needs for an interval."""

MOST_VALUES = 40
"""Values of a column that become slices of their own, the most frequent ones; the rest is one slice."""


class NoSuchSlice(HeadgateError):
    """The judged examples lack a column by which the spec splits them."""


def slices(
    rows: pd.DataFrame,
    label: np.ndarray,
    scores: Mapping[str, np.ndarray],
    columns: Mapping[str, Slice],
    *,
    against: str | None,
    blocks: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    """Per column the list of its slices, in the order of their values, missing last; every row is in one.

    A slice has `value` (a text; null where the value is missing), `rows`, `positives`, `scores` (per score
    `brief_metrics`) and `difference`: the candidate's log loss minus that of `against`, with its interval
    over `blocks`; null below `minimum_rows` rows, where all rows are one block, and without `against`.
    Raises NoSuchSlice.
    """
    absent = [name for name in columns if name not in rows.columns]
    if absent:
        raise NoSuchSlice(
            f"the judged examples lack the columns {', '.join(absent)}, by which the spec splits them",
            where="gold.examples; pipeline.yaml, model.slices",
            left="the candidate in the model log, not evaluated",
            next_command="publish an hour with the present spec, or correct model.slices",
        )
    found: dict[str, list[dict[str, Any]]] = {}
    for name, cut in columns.items():
        found[name] = []
        for value, inside in parts(rows[name], cut):
            part = {who: probability[inside] for who, probability in scores.items()}
            found[name].append(
                {
                    "value": value,
                    "rows": int(inside.sum()),
                    "positives": int(label[inside].sum()),
                    "scores": {
                        who: brief_metrics(label[inside], probability) for who, probability in part.items()
                    },
                    "difference": _difference(label[inside], part, against, blocks[inside], seed),
                }
            )
    return {"minimum_rows": MINIMUM_ROWS, "against": against, "columns": found}


def _difference(
    label: np.ndarray, scores: Mapping[str, np.ndarray], against: str | None, blocks: np.ndarray, seed: int
) -> dict[str, Any] | None:
    if against is None or len(label) < MINIMUM_ROWS or len(np.unique(blocks)) < 2:
        return None
    worse = log_losses(label, scores[CANDIDATE]) - log_losses(label, scores[against])
    return asdict(block_bootstrap(worse, blocks, seed))


def parts(values: pd.Series, cut: Slice) -> list[tuple[str | None, np.ndarray]]:
    """The slices of a column that have rows: their text, and which rows are in them."""
    missing = values.isna().to_numpy()
    there = _ranges(values, cut.edges) if cut.edges is not None else _values(values, missing)
    return [(text, inside) for text, inside in [*there, (None, missing)] if inside.any()]


def _ranges(values: pd.Series, edges: list[float]) -> list[tuple[str | None, np.ndarray]]:
    numbers = pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)
    inner = pairwise(edges)
    return [
        (f"below {edges[0]:g}", numbers < edges[0]),
        *((f"{low:g} to below {high:g}", (numbers >= low) & (numbers < high)) for low, high in inner),
        (f"{edges[-1]:g} and more", numbers >= edges[-1]),
    ]


def _values(values: pd.Series, missing: np.ndarray) -> list[tuple[str | None, np.ndarray]]:
    frequent = values[~missing].value_counts()
    kept = sorted(frequent.index[:MOST_VALUES])
    parts: list[tuple[str | None, np.ndarray]] = [
        (_text(value), (values == value).to_numpy(dtype=bool, na_value=False)) for value in kept
    ]
    if len(frequent) > MOST_VALUES:
        others = ~missing & ~np.logical_or.reduce([inside for _, inside in parts])
        parts.append((f"{len(frequent) - MOST_VALUES} other values", others))
    return parts


def _text(value: Any) -> str:
    """A value as people write it: whole numbers come as 3.0 where some of the column are missing."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
