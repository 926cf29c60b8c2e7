"""Judge a candidate on cohorts that it never trained on, beside the champion or the baselines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd

from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.metrics import calibration, log_losses, metrics
from headgate.learning.money import in_money
from headgate.learning.score_shift import score_shift
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Costs

Blocks = Literal["day", "hour"]
CANDIDATE = "candidate"
CHAMPION = "champion"


def blocks_of(as_of: pd.Series, end: pd.Timestamp, blocks: Blocks) -> np.ndarray:
    """The block of each as-of time: whole days or hours counted back from `end`, 0 for the last one."""
    hours = np.floor((end - as_of).dt.total_seconds().to_numpy(np.float64) / 3600)
    return np.asarray(hours // (24 if blocks == "day" else 1), dtype=np.int64)


def blocks_for(cohorts: HourRange) -> Blocks:
    """Days where the range holds several of them, else hours."""
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

    Per score: `figures` (metrics), `calibration` (bins) and, with costs, `money`. Per other score:
    `differences`, the candidate's log loss minus the other's with its interval over blocks of days or hours.
    With a champion also `score_shift`. Without rows there are only `rows` and `positives`.
    """
    blocks = blocks_for(cohorts)
    result: dict[str, Any] = {
        "range": {
            "start": cohorts.start.isoformat() if cohorts.start else None,
            "end": cohorts.end.isoformat(),
        },
        "rows": len(label),
        "positives": int(label.sum()),
        "blocks": blocks,
        "figures": {},
        "calibration": {},
        "money": {},
        "differences": {},
    }
    if len(label) == 0:
        return result
    end = pd.Timestamp(cohorts.end.astimezone(UTC)).tz_localize(None)
    places = blocks_of(as_of, end, blocks)
    own = log_losses(label, scores[CANDIDATE])
    for name, probability in scores.items():
        result["figures"][name] = metrics(label, probability)
        result["calibration"][name] = calibration(label, probability)
        if costs is not None:
            result["money"][name] = in_money(label, probability, costs)
        if name != CANDIDATE:
            interval = block_bootstrap(own - log_losses(label, probability), places, seed)
            result["differences"][name] = {
                "mean": interval.mean,
                "low": interval.low,
                "high": interval.high,
                "blocks": interval.blocks,
            }
    if CHAMPION in scores:
        result["score_shift"] = score_shift(scores[CHAMPION], scores[CANDIDATE])
    return result
