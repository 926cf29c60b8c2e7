"""What a trial of a challenger saw: predictions of both models for the same examples, day by day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from headgate.learning.e_process import e_process
from headgate.learning.evaluation import CANDIDATE, CHAMPION
from headgate.learning.metrics import log_losses
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Challenge, Examples
from headgate.spec.predictions import CHALLENGER

DAY = timedelta(days=1)


class TrialRowsMissing(HeadgateError):
    """The outcomes lack a column that a trial is judged by."""


@dataclass(frozen=True)
class Trial:
    """A challenger (its number in the model log) that is compared with the champion from `since` on, as far
    as the data go: to `frontier`."""

    model: int
    since: datetime
    frontier: datetime


@dataclass(frozen=True)
class Day:
    """One complete day (UTC, by as-of; midnight ends a day): its rows, by how much the challenger's mean log
    loss is lower than the champion's (`gain`), and the evidence after it."""

    day: str
    rows: int
    gain: float
    evidence: float

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def trial_days(trial: Trial, examples: Examples, policy: Challenge) -> HourRange | None:
    """The as-of hours that count: whole days (UTC) from the first that began after `since`, while complete.

    A day is complete when its last cohort is `complete_after` old at the frontier. None counts after
    `hold_after`. None while no day is complete.
    """
    start = _midnight(trial.since)
    start = start if start >= trial.since else start + DAY
    end = min(_midnight(trial.frontier - examples.complete_after), start + policy.hold_after)
    return HourRange(start, end) if end > start else None


def paired(outcomes: pd.DataFrame, examples: Examples, model: int, days: HourRange) -> pd.DataFrame:
    """One row an example that champion and challenger both scored, in the order of the key.

    `outcomes` has one row an example and role: the key's columns, `role` (champion or challenger), `model`,
    `probability`, `scored_at` (how far the data went when it was said), the label and the moment at which it
    was known; times are UTC without zone. Columns: those of the champion's rows, `day` (the as-of's), and
    both probabilities as `champion` and `candidate`. Rows of another challenger than `model` or outside
    `days` are left out. So are those whose label came after their day was complete, so that a day once looked
    at does not change, and what was said when the label was known: that is no evidence. Raises
    TrialRowsMissing.
    """
    key, label = examples.grain, examples.label
    wanted = [*key, "role", "model", "probability", "scored_at", label, examples.label_known_at]
    absent = [name for name in wanted if name not in outcomes.columns]
    if absent:
        raise TrialRowsMissing(
            f"the outcomes lack the columns {', '.join(absent)}, by which a challenger is judged",
            where="gold.outcomes",
            left="the challenger undecided",
            next_command="publish an hour with the present spec",
        )
    day = (outcomes[examples.as_of] - pd.Timedelta(1)).dt.floor("D")
    start = pd.Timestamp(days.start).tz_convert(None) if days.start else pd.Timestamp.min
    end = pd.Timestamp(days.end).tz_convert(None)
    known = outcomes[examples.label_known_at]
    in_time = (outcomes["scored_at"] < known) & (known <= day + DAY + examples.complete_after)
    kept = outcomes.assign(day=day)[(day >= start) & (day < end) & in_time & outcomes[label].notna()]
    first = kept[kept["role"] == CHAMPION].rename(columns={"probability": CHAMPION})
    second = kept[(kept["role"] == CHALLENGER) & (kept["model"] == model)]
    second = second[[*key, "probability"]].rename(columns={"probability": CANDIDATE})
    both = first.merge(second, on=key, how="inner", validate="one_to_one")
    return both.sort_values([examples.as_of, *examples.entity], ignore_index=True)


def daily(pairs: pd.DataFrame, label: str, bound: float) -> list[Day]:
    """The days of a trial in order, those without rows left out; `pairs` as `paired` gives them."""
    truth = pairs[label].to_numpy(np.float64)
    losses = {who: log_losses(truth, pairs[who].to_numpy(np.float64)) for who in (CHAMPION, CANDIDATE)}
    gain = pd.Series(losses[CHAMPION] - losses[CANDIDATE])
    by_day = gain.groupby(pairs["day"].to_numpy(), sort=True).agg(["size", "mean"])
    evidence = e_process(by_day["mean"].to_numpy(np.float64), bound)
    return [
        Day(f"{day:%Y-%m-%d}", int(rows), float(mean), float(e))
        for (day, rows, mean), e in zip(by_day.itertuples(), evidence, strict=True)
    ]


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
