"""What acting on a score costs, and from which probability on it is worth acting."""

from __future__ import annotations

from typing import Any

import numpy as np

from headgate.spec.errors import HeadgateError
from headgate.spec.pipeline import Costs


class NeverWorthActing(HeadgateError):
    """The costs say that acting never, or always, is cheaper, so no threshold follows from them."""


def threshold(costs: Costs) -> float:
    """The probability p* at which acting and not acting cost the same; act at or above it.

    p* = (FP - TN) / ((FP - TN) + (FN - TP)). Raises NeverWorthActing unless a false alarm costs more than
    leaving a negative alone and a miss costs more than a catch.
    """
    alarm, miss = costs.false_positive - costs.true_negative, costs.false_negative - costs.true_positive
    if alarm <= 0 or miss <= 0:
        raise NeverWorthActing(
            "no threshold follows from the costs: false_positive must cost more than true_negative, "
            "and false_negative more than true_positive",
            where="pipeline.yaml, model.costs",
            left="nothing was evaluated",
            next_command="correct the costs, then run ./headgate check",
        )
    return alarm / (alarm + miss)


def costs_of_rows(label: np.ndarray, act: np.ndarray, costs: Costs) -> np.ndarray:
    """What each row costs when one acts where `act` is true."""
    positive = label == 1
    acted = np.where(positive, costs.true_positive, costs.false_positive)
    left_alone = np.where(positive, costs.false_negative, costs.true_negative)
    return np.asarray(np.where(act, acted, left_alone), dtype=np.float64)


def in_money(label: np.ndarray, probability: np.ndarray, costs: Costs) -> dict[str, Any]:
    """The confusion matrix at the threshold, and the cost per 1,000 rows beside never or always acting."""
    limit = threshold(costs)
    act, positive = probability >= limit, label == 1
    counts = {
        "true_positive": int((act & positive).sum()),
        "false_positive": int((act & ~positive).sum()),
        "false_negative": int((~act & positive).sum()),
        "true_negative": int((~act & ~positive).sum()),
    }
    positives, negatives, rows = int(positive.sum()), int((~positive).sum()), len(label)
    total = sum(number * getattr(costs, outcome) for outcome, number in counts.items())
    never = positives * costs.false_negative + negatives * costs.true_negative
    always = positives * costs.true_positive + negatives * costs.false_positive
    return {
        "currency": costs.currency,
        "threshold": limit,
        "counts": counts,
        "cost": {outcome: number * getattr(costs, outcome) for outcome, number in counts.items()},
        "per_thousand": 1000.0 * total / rows,
        "never_act_per_thousand": 1000.0 * never / rows,
        "always_act_per_thousand": 1000.0 * always / rows,
    }
