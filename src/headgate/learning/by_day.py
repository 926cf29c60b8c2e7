"""The figures of an evaluation day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from headgate.learning.evaluation import blocks_in
from headgate.learning.metrics import brief_metrics
from headgate.learning.money import in_money
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Costs

DAY = timedelta(days=1)


def by_day(
    label: np.ndarray,
    as_of: pd.Series,
    scores: Mapping[str, np.ndarray],
    cohorts: HourRange,
    costs: Costs | None,
) -> list[dict[str, Any]]:
    """Per day of as-of hours with rows, the earliest first: `start`, `end`, `rows`, `positives` and `scores`.

    A day is 24 hours counted back from the end of `cohorts`, as in the intervals. Per score: `brief_metrics`
    and, with costs, `cost_per_thousand`; then also `never_act` and `always_act` have that.
    """
    days = blocks_in(as_of, cohorts, "day")
    found = []
    for day in sorted(np.unique(days).tolist(), reverse=True):
        inside = days == day
        end = cohorts.end - day * DAY
        start = end - DAY if cohorts.start is None else max(end - DAY, cohorts.start)
        figures: dict[str, dict[str, float]] = {}
        for name, probability in scores.items():
            figures[name] = brief_metrics(label[inside], probability[inside])
            if costs is not None:
                money = in_money(label[inside], probability[inside], costs)
                figures[name]["cost_per_thousand"] = money["per_thousand"]
                for policy in ("never_act", "always_act"):
                    figures[policy] = {"cost_per_thousand": money[f"{policy}_per_thousand"]}
        found.append(
            {
                "start": start.isoformat(),
                "end": end.isoformat(),
                "rows": int(inside.sum()),
                "positives": int(label[inside].sum()),
                "scores": figures,
            }
        )
    return found
