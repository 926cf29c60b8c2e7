"""The intervals of an evaluation: of each score's figures, and of the candidate's distance to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from headgate.learning.auc_bootstrap import auc_difference, auc_interval
from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.metrics import log_losses
from headgate.learning.money import costs_of_rows, threshold
from headgate.spec.pipeline import Costs

Intervals = dict[str, dict[str, Any]]
"""By name: `mean` (the figure on all rows), `low`, `high` and the number of `blocks`."""


def intervals(
    label: np.ndarray, probability: np.ndarray, blocks: np.ndarray, costs: Costs | None, seed: int
) -> Intervals:
    """Of one score: `log_loss`, `excess` (mean probability minus share of positives), with both labels `auc`,
    and with costs `cost_per_thousand`."""
    found = {
        "log_loss": block_bootstrap(log_losses(label, probability), blocks, seed),
        "excess": block_bootstrap(probability - label, blocks, seed),
    }
    if 0 < label.sum() < len(label):
        found["auc"] = auc_interval(label, probability, blocks, seed)
    if costs is not None:
        spent = 1000.0 * costs_of_rows(label, probability >= threshold(costs), costs)
        found["cost_per_thousand"] = block_bootstrap(spent, blocks, seed)
    return {name: asdict(interval) for name, interval in found.items()}


def policy_intervals(
    label: np.ndarray, blocks: np.ndarray, costs: Costs | None, seed: int
) -> dict[str, Intervals]:
    """`cost_per_thousand` of `never act` and `always act`."""
    if costs is None:
        return {}
    return {
        name: {
            "cost_per_thousand": asdict(
                block_bootstrap(1000.0 * costs_of_rows(label, act, costs), blocks, seed)
            )
        }
        for name, act in _policies(label).items()
    }


def auc_differences(
    label: np.ndarray, own: np.ndarray, others: Mapping[str, np.ndarray], blocks: np.ndarray, seed: int
) -> Intervals:
    """By each other score: the own AUC minus its AUC. None where a label does not occur."""
    if not 0 < label.sum() < len(label):
        return {}
    return {name: asdict(auc_difference(label, own, other, blocks, seed)) for name, other in others.items()}


def cost_differences(
    label: np.ndarray,
    own: np.ndarray,
    others: Mapping[str, np.ndarray],
    blocks: np.ndarray,
    costs: Costs | None,
    seed: int,
) -> Intervals:
    """By each other score, and by `never act` and `always act`: the own cost per 1,000 rows minus theirs."""
    if costs is None:
        return {}
    limit = threshold(costs)
    acts = {name: other >= limit for name, other in others.items()}
    acts |= _policies(label)
    spent = costs_of_rows(label, own >= limit, costs)
    return {
        name: asdict(block_bootstrap(1000.0 * (spent - costs_of_rows(label, act, costs)), blocks, seed))
        for name, act in acts.items()
    }


def _policies(label: np.ndarray) -> dict[str, np.ndarray]:
    return {"never act": np.zeros(len(label), dtype=bool), "always act": np.ones(len(label), dtype=bool)}
