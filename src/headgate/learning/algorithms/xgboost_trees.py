"""Gradient-boosted trees by XGBoost, fitted in this process on rows that fit into its memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import xgboost
from pyspark.sql import DataFrame

from headgate.learning.algorithms.algorithm import Fitted, Learns
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.parameters import Parameters, complete
from headgate.learning.algorithms.training_vectors import seed_for
from headgate.learning.algorithms.xgboost_nodes import xgboost_nodes
from headgate.learning.labelled_rows import in_key_order
from headgate.learning.scoring.encoding import Features, encode
from headgate.spec.algorithm_parameters import defaults_of
from headgate.spec.errors import HeadgateError

MAXIMUM_ROWS = 1_000_000
"""More rows than this are not brought into one process."""

TOLERANCE = 1.0e-6
"""XGBoost adds up leaves in single precision, the portable form in double."""


class TooManyRows(HeadgateError):
    """There are more training rows than XGBoost is given."""


class XGBoost:
    """XGBoost's histogram trees (log loss), kept as node rows, so that scoring needs no XGBoost.

    One thread fits them: sums in another order would be other trees. A missing number is a value below all
    others, as it is for the other algorithms.
    """

    name = "xgboost"
    defaults = defaults_of(name)
    learns: ClassVar[Learns] = "refits"

    def complete_parameters(self, parameters: Parameters) -> dict[str, int | float | str]:
        """The spec's parameters with every default filled in; raises UnknownParameter."""
        return complete(self.name, parameters, self.defaults)

    def fit(self, rows: DataFrame, scored: DataFrame, task: LearningTask) -> Fitted:
        """Refit on all `rows` and predict `scored`; see `Algorithm.fit`.

        Raises TooManyRows, UnknownParameter.
        """
        chosen = self.complete_parameters(task.parameters)
        count = rows.count()
        if count > MAXIMUM_ROWS:
            raise TooManyRows(
                f"{count:,} training rows are more than the {MAXIMUM_ROWS:,} that xgboost is given, which "
                "fits in one process",
                where="pipeline.yaml, model.algorithm",
                left="nothing was fitted",
                next_command="name gradient_boosted_trees, which Spark fits, or shorten model.window",
            )
        seen = in_key_order(rows.select(*task.columns), task.key).toPandas()
        label = seen[task.label].to_numpy(np.float32)
        booster = xgboost.train(
            _parameters(chosen, seed_for(task.seed, "xgboost")),
            _matrix(seen, task.features, label),
            num_boost_round=int(chosen["trees"]),
        )
        # XGBoost's own JSON, read once: nothing that has to be unpickled is kept
        saved = json.loads(bytes(booster.save_raw("json")))
        asked = scored.select(*task.columns).toPandas()
        said = booster.predict(_matrix(asked, task.features)) if len(asked) else np.empty(0, np.float32)
        intercept, nodes = xgboost_nodes(saved, task.features)
        return Fitted(
            form={"kind": "xgboost", "intercept": intercept},
            nodes=nodes,
            predictions=asked.assign(probability=said.astype(np.float64)),
            tolerance=TOLERANCE,
        )


def _parameters(chosen: Mapping[str, Any], seed: int) -> dict[str, Any]:
    return {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": int(chosen["depth"]),
        "learning_rate": float(chosen["step"]),
        "max_bin": int(chosen["bins"]),
        "min_child_weight": float(chosen["minimum_weight_per_leaf"]),
        "subsample": float(chosen["rows_per_tree"]),
        "colsample_bytree": float(chosen["features_per_tree"]),
        "reg_lambda": float(chosen["regularization"]),
        "nthread": 1,
        "seed": seed % 2**31,
    }


def _matrix(rows: pd.DataFrame, features: Features, label: np.ndarray | None = None) -> xgboost.DMatrix:
    """The encoded rows; a nominal feature is one of categories."""
    kinds = ["q" if words is None else "c" for _, words in features]
    matrix = encode(rows, features).astype(np.float32)
    return xgboost.DMatrix(matrix, label=label, feature_types=kinds, enable_categorical=True, nthread=1)
