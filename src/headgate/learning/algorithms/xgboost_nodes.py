"""The node rows of an XGBoost model, from the JSON that it saves itself as."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from headgate.learning.node_rows import NODE_TYPES
from headgate.learning.scoring.encoding import Features


def xgboost_nodes(saved: dict[str, Any], features: Features) -> tuple[float, pd.DataFrame]:
    """The sum that every row starts from, in log-odds, and one row a node of each tree (`NODE_TYPES`).

    XGBoost sends a number left that is smaller than the split's, in single precision: here it is at most the
    next smaller one. It lists the categories that go right; the others, unseen ones too, go left. `stats` is
    the sum of the hessian alone, `weighed_rows` the same, rounded.
    """
    learner = saved["learner"]
    share = float(np.float32(learner["learner_model_param"]["base_score"].strip("[]")))
    rows = [
        row
        for number, tree in enumerate(learner["gradient_booster"]["model"]["trees"])
        for row in _rows(number, tree, features)
    ]
    return float(np.log(share / (1.0 - share))), pd.DataFrame(rows, columns=list(NODE_TYPES))


def _rows(number: int, tree: dict[str, Any], features: Features) -> list[dict[str, Any]]:
    right_of = {
        node: tree["categories"][start : start + size]
        for node, start, size in zip(
            tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True
        )
    }
    rows = []
    for node, left in enumerate(tree["left_children"]):
        leaf, value = left < 0, np.float32(tree["split_conditions"][node])
        feature = -1 if leaf else int(tree["split_indices"][node])
        threshold, categories = None, None
        if node in right_of:
            words = features[feature][1] or ()
            categories = [float(place) for place in range(len(words) + 1) if place not in right_of[node]]
        elif not leaf:
            threshold = float(np.nextafter(value, np.float32(-np.inf)))
        hessian = float(tree["sum_hessian"][node])
        rows.append(
            {
                "tree": number,
                "node": node,
                "prediction": float(value if leaf else np.float32(tree["base_weights"][node])),
                "impurity": 0.0,
                "stats": [hessian],
                "weighed_rows": round(hessian),
                "gain": float(tree["loss_changes"][node]),
                "left_child": -1 if leaf else int(left),
                "right_child": -1 if leaf else int(tree["right_children"][node]),
                "feature": feature,
                "threshold": threshold,
                "categories": categories,
            }
        )
    return rows
