"""Judge a candidate on cohorts that it never trained on, beside the champion or the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.cohorts import range_as_json
from headgate.learning.metrics import calibration, log_losses, metrics
from headgate.learning.money import in_money
from headgate.learning.score_shift import score_shift
from headgate.learning.uncertainty import auc_differences, cost_differences, intervals, policy_intervals
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Costs

Blocks = Literal["day", "hour"]
CANDIDATE = "candidate"
CHAMPION = "champion"


def blocks_of(as_of: pd.Series, end: pd.Timestamp, blocks: Blocks) -> np.ndarray:
    """The block of each as-of time: whole days or hours counted back from `end`, 0 for the last one."""
    hours = np.floor((end - as_of).dt.total_seconds().to_numpy(np.float64) / 3600)
    return np.asarray(hours // (24 if blocks == "day" else 1), dtype=np.int64)


def blocks_in(as_of: pd.Series, cohorts: HourRange, blocks: Blocks) -> np.ndarray:
    """The same, counted back from the end of `cohorts`; `as_of` is in UTC without zone."""
    return blocks_of(as_of, pd.Timestamp(cohorts.end.astimezone(UTC)).tz_localize(None), blocks)


def strongest(result: dict[str, Any]) -> str | None:
    """The score with the lowest log loss besides the candidate's, of a result of `evaluate_scores`."""
    losses = {name: found["log_loss"] for name, found in result["figures"].items() if name != CANDIDATE}
    return min(losses, key=losses.__getitem__) if losses else None


def blocks_for(cohorts: HourRange) -> Blocks:
    """Days where the range holds several of them, else hours.

    One day alone cannot be resampled: every difference, however small, would lie on one side of zero. Hours
    of a day are correlated, so intervals over them are too narrow, and a guard that asks whether a candidate
    is worse by more than chance holds back rather one too many.
    """
    several = cohorts.start is not None and cohorts.end - cohorts.start >= timedelta(days=2)
    return "day" if several else "hour"


def evaluate_scores(
    label: np.ndarray,
    as_of: pd.Series,
    scores: Mapping[str, np.ndarray],
    cohorts: HourRange,
    *,
    costs: Costs | None,
    seed: int,
) -> dict[str, Any]:
    """Compare `scores["candidate"]` with every other entry of `scores` on the same rows, as plain values.

    Per score: `figures` (metrics), `intervals`, `calibration` (bins) and, with costs, `money`. Per other
    score: `differences`, the candidate's log loss minus the other's, `auc_differences` and, with costs,
    `cost_differences`, each with its interval over blocks of days or hours; costs also for `never act` and
    `always act`. With a champion also `score_shift`. Without rows there are only `rows` and `positives`.
    """
    blocks = blocks_for(cohorts)
    result: dict[str, Any] = {
        "range": range_as_json(cohorts),
        "rows": len(label),
        "positives": int(label.sum()),
        "blocks": blocks,
        "figures": {},
        "calibration": {},
        "money": {},
        "intervals": {},
        "differences": {},
        "auc_differences": {},
        "cost_differences": {},
    }
    if len(label) == 0:
        return result
    places = blocks_in(as_of, cohorts, blocks)
    own = log_losses(label, scores[CANDIDATE])
    for name, probability in scores.items():
        result["figures"][name] = metrics(label, probability)
        result["intervals"][name] = intervals(label, probability, places, costs, seed)
        result["calibration"][name] = calibration(label, probability)
        if costs is not None:
            result["money"][name] = in_money(label, probability, costs)
        if name != CANDIDATE:
            interval = block_bootstrap(own - log_losses(label, probability), places, seed)
            result["differences"][name] = asdict(interval)
    result["intervals"] |= policy_intervals(label, places, costs, seed)
    others = {name: probability for name, probability in scores.items() if name != CANDIDATE}
    result["auc_differences"] = auc_differences(label, scores[CANDIDATE], others, places, seed)
    result["cost_differences"] = cost_differences(label, scores[CANDIDATE], others, places, costs, seed)
    if CHAMPION in scores:
        result["score_shift"] = score_shift(scores[CHAMPION], scores[CANDIDATE])
    return result
