"""The trees of a model as one ONNX operator, node for node, in double.

ONNX's own converters for Spark read a set of categories as a threshold, which is silently wrong. Here a split
by categories is a `BRANCH_MEMBER` node, which lists them (operator TreeEnsemble, ai.onnx.ml 5).
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

from headgate.learning.scoring.forest import Forest

BRANCH_LEQ, BRANCH_MEMBER = 0, 6
SUM, NO_TRANSFORM = 1, 0


def tree_ensemble(forest: Forest, leaf_values: np.ndarray, matrix: str, total: str) -> onnx.NodeProto:
    """The operator that sums over the trees the `leaf_values`, one a node, of the leaves that a row reaches.

    It takes the encoded rows `matrix` (double, rows × features) and gives `total` (double, rows × 1).
    """
    places = np.arange(len(forest.left))
    inner = forest.left != places
    by_set = inner & (forest.set_row >= 0)
    branch, leaf = np.cumsum(inner) - 1, np.cumsum(~inner) - 1

    def child(side: np.ndarray) -> tuple[list[int], list[int]]:
        """The numbers of the children on one side, and whether each is a leaf."""
        below = side[inner]
        return np.where(inner[below], branch[below], leaf[below]).tolist(), (~inner[below]).astype(
            int
        ).tolist()

    features = forest.feature[inner].tolist()
    modes = np.where(by_set[inner], BRANCH_MEMBER, BRANCH_LEQ).tolist()
    splits = np.where(by_set, 0.0, forest.threshold)[inner].tolist()
    (left, left_is_leaf), (right, right_is_leaf) = child(forest.left), child(forest.right)
    roots = []
    for root in forest.roots:
        if inner[root]:
            roots.append(int(branch[root]))
            continue
        roots.append(len(features))  # a tree that is one leaf: a split with that leaf on either side
        features.append(0)
        modes.append(BRANCH_LEQ)
        splits.append(0.0)
        for numbers, flags in ((left, left_is_leaf), (right, right_is_leaf)):
            numbers.append(int(leaf[root]))
            flags.append(1)
    members = [
        np.append(np.flatnonzero(forest.sets[row]).astype(np.float64), np.nan)
        for row in forest.set_row[by_set]
    ]
    sets = {"membership_values": _tensor(np.concatenate(members))} if members else {}
    return helper.make_node(
        "TreeEnsemble",
        [matrix],
        [total],
        domain="ai.onnx.ml",
        n_targets=1,
        aggregate_function=SUM,
        post_transform=NO_TRANSFORM,
        tree_roots=roots,
        nodes_featureids=features,
        nodes_modes=_tensor(np.array(modes, dtype=np.uint8)),
        nodes_splits=_tensor(np.array(splits, dtype=np.float64)),
        nodes_truenodeids=left,
        nodes_trueleafs=left_is_leaf,
        nodes_falsenodeids=right,
        nodes_falseleafs=right_is_leaf,
        leaf_targetids=[0] * int((~inner).sum()),
        leaf_weights=_tensor(leaf_values[~inner].astype(np.float64)),
        **sets,
    )


def _tensor(values: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(values)
