"""Score rows with a forest given as node rows, without a JVM, as Spark would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Forest:
    """All nodes of all trees side by side; children are places in these arrays, a leaf is its own child.

    `share` is the share of positive training rows in a node (of classifying trees), `prediction` what the
    node itself predicts. `threshold` is the largest number that goes left. `sets` has one row per
    categorical split and one column per category: true goes left.
    """

    roots: np.ndarray
    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    set_row: np.ndarray
    sets: np.ndarray
    share: np.ndarray
    prediction: np.ndarray
    depth: int


def forest_of(nodes: pd.DataFrame) -> Forest:
    """Build a forest from node rows; `headgate.learning.node_rows.NODE_TYPES` names their columns.

    Raises ValueError when there are no rows or a child is missing.
    """
    if nodes.empty:
        raise ValueError("a forest without nodes scores nothing")
    rows = nodes.sort_values(["tree", "node"]).reset_index(drop=True)
    tree, node = rows["tree"].to_numpy(np.int64), rows["node"].to_numpy(np.int64)
    width = int(node.max()) + 1
    keys = tree * width + node
    places = np.arange(len(rows))
    feature = rows["feature"].to_numpy(np.int64)
    inner = feature >= 0

    def child(column: str) -> np.ndarray:
        wanted = np.where(inner, tree * width + rows[column].to_numpy(np.int64), keys)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        if not np.array_equal(keys[found], wanted):
            raise ValueError("a node of the forest names a child that is not there")
        return np.asarray(found)

    left, right = child("left_child"), child("right_child")
    categorical = np.array([values is not None and len(values) > 0 for values in rows["categories"]])
    set_row = np.full(len(rows), -1, dtype=np.int64)
    set_row[categorical] = np.arange(categorical.sum())
    lists = [np.asarray(values, dtype=np.int64) for values in rows.loc[categorical, "categories"]]
    sets = np.zeros((max(len(lists), 1), max((int(v.max()) for v in lists), default=0) + 1), dtype=bool)
    for row, values in enumerate(lists):
        sets[row, values] = True
    stats = np.array([np.asarray(values, dtype=np.float64) for values in rows["stats"]])
    classifies = stats.shape[1] == 2
    share = stats[:, 1] / stats.sum(axis=1) if classifies else np.full(len(rows), np.nan)
    roots = places[node == 0]
    return Forest(
        roots=roots,
        left=left,
        right=right,
        feature=np.where(inner, feature, 0),
        threshold=rows["threshold"].to_numpy(np.float64),
        set_row=set_row,
        sets=sets,
        share=share,
        prediction=rows["prediction"].to_numpy(np.float64),
        depth=_depth(roots, left, right),
    )


def score(forest: Forest, matrix: np.ndarray) -> np.ndarray:
    """The probability of the positive class of each encoded row: the mean share of its leaves."""
    total = np.zeros(len(matrix), dtype=np.float64)
    for root in forest.roots:
        total += forest.share[_leaves(forest, root, matrix)]
    return np.asarray(total / len(forest.roots), dtype=np.float64)


def margin(forest: Forest, weights: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The weighed sum of the leaves' predictions of each encoded row; one weight a tree, in their order."""
    if len(weights) != len(forest.roots):
        raise ValueError(f"{len(weights)} weights do not fit {len(forest.roots)} trees")
    total = np.zeros(len(matrix), dtype=np.float64)
    for root, weight in zip(forest.roots, weights, strict=True):
        total += weight * forest.prediction[_leaves(forest, root, matrix)]
    return total


def _leaves(forest: Forest, root: int, matrix: np.ndarray) -> np.ndarray:
    """The leaf of one tree that each encoded row comes to."""
    rows = np.arange(len(matrix))
    at = np.full(len(matrix), root, dtype=np.int64)
    for _ in range(forest.depth):
        value = matrix[rows, forest.feature[at]]
        goes_left = value <= forest.threshold[at]
        by_set = forest.set_row[at] >= 0
        if by_set.any():
            goes_left[by_set] = _in_set(forest, at[by_set], value[by_set])
        at = np.where(goes_left, forest.left[at], forest.right[at])
    return at


def _in_set(forest: Forest, at: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Whether each category is among those that go left at its node."""
    category = value.astype(np.int64)
    listed = category < forest.sets.shape[1]
    return np.asarray(forest.sets[forest.set_row[at], np.where(listed, category, 0)] & listed)


def _depth(roots: np.ndarray, left: np.ndarray, right: np.ndarray) -> int:
    """The number of steps after which every path has reached a leaf."""
    steps, level = 0, roots
    while True:
        inner = level[left[level] != level]
        if len(inner) == 0:
            return steps
        level, steps = np.concatenate([left[inner], right[inner]]), steps + 1
