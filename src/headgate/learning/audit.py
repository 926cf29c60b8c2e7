"""The audit of a model that learns what changed: now and then a plain forest is fitted on all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.auc_bootstrap import auc_difference
from headgate.learning.block_bootstrap import Interval, block_bootstrap
from headgate.learning.evaluation import blocks_for, blocks_in
from headgate.learning.metrics import log_losses
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Audit, Examples

AUDITOR = "random_forest"
"""The algorithm that a model is held against, with those of its parameters that it has."""


def is_due(audit: Audit | None, parent: Mapping[str, Any] | None, frontier: datetime) -> bool:
    """Whether a candidate at `frontier` is to be audited; `parent` is the header of the newest model.

    It is when the last audit, or the last model that learned from all rows, is `every` old, whatever that
    audit found: a fit on all rows each hour is what the algorithm is there to avoid.
    """
    if audit is None or parent is None:
        return False
    return frontier - datetime.fromisoformat(parent.get("audited", parent["frontier"])) >= audit.every


def judge(
    audit: Audit, own: Fitted, refit: Fitted, examples: Examples, cohorts: HourRange, seed: int
) -> dict[str, Any]:
    """Compare what a model and the full refit beside it say of the rows of `cohorts`.

    Gives `rows`, `auc_gap`, what the refit's AUC is more, and `log_loss_gap`, what its log loss is less, each
    with its interval over days or hours, and `beyond_bounds`: whether a gap is larger than the spec allows
    and its interval above zero. Without rows of both labels there are no gaps.
    """
    key, label = examples.grain, examples.label
    both = own.predictions[[*key, label, "probability"]].merge(
        refit.predictions[[*key, "probability"]], on=key, suffixes=("", "_refit"), validate="one_to_one"
    )
    truth = both[label].to_numpy(np.float64)
    found: dict[str, Any] = {"rows": len(both), "beyond_bounds": False}
    if not 0 < truth.sum() < len(truth):
        return found
    ours, theirs = (both[name].to_numpy(np.float64) for name in ("probability", "probability_refit"))
    blocks = blocks_in(both[examples.as_of], cohorts, blocks_for(cohorts))
    auc = auc_difference(truth, theirs, ours, blocks, seed)
    loss = block_bootstrap(log_losses(truth, ours) - log_losses(truth, theirs), blocks, seed)
    beyond = _beyond(auc, audit.max_auc_gap) or _beyond(loss, audit.max_log_loss_gap)
    return found | {"auc_gap": asdict(auc), "log_loss_gap": asdict(loss), "beyond_bounds": beyond}


def _beyond(gap: Interval, bound: float) -> bool:
    return gap.mean > bound and gap.low > 0
