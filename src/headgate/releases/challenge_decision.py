"""Decide from the days of a trial whether the challenger is to take over. Nothing but its rows counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd

from headgate.learning.evaluation import CANDIDATE, CHAMPION, blocks_in, evaluate_scores
from headgate.learning.slices import slices
from headgate.learning.trial import DAY, Day, Trial, daily, paired, trial_days
from headgate.releases.decision import Reason, slices_hold
from headgate.releases.release_rows import CHALLENGE
from headgate.spec.duration import format_duration
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Challenge, Examples, Model


@dataclass(frozen=True)
class Weighed:
    """What the days say: promote, hold, or wait for more days; each check; the days that were looked at, and
    the figures on them (see `evaluate_scores`; none while there is nothing to decide)."""

    outcome: Literal["promote", "hold", "wait"]
    reasons: list[Reason]
    days: list[Day]
    evaluation: dict[str, Any] = field(default_factory=dict)


def weigh(
    outcomes: pd.DataFrame, trial: Trial, examples: Examples, model: Model, policy: Challenge
) -> Weighed:
    """Look at the days of a trial one after the other, each as if on the day that it was complete.

    `outcomes` are those that `paired` takes, with the columns of `model.slices`. The first day after which
    every check passes promotes, so it makes no difference how often or how late somebody looks. After
    `hold_after` without that it is held. Raises TrialRowsMissing, NoSuchSlice.
    """
    days = trial_days(trial, examples, policy)
    if days is None or days.start is None:
        return Weighed("wait", list(_amount([], policy)), [])
    pairs = paired(outcomes, examples, trial.model, days)
    seen = daily(pairs, examples.label, policy.largest_day)
    reasons = list(_amount([], policy))
    evaluation: dict[str, Any] = {}
    for number in range(1, len(seen) + 1):
        reasons, evaluation = list(_amount(seen[:number], policy)), {}
        if all(reason.passed for reason in reasons):
            evaluation = _evaluation(pairs, examples, model, days, seen[:number])
            reasons += _figures(evaluation, policy)
            if all(reason.passed for reason in reasons):
                return Weighed("promote", reasons, seen[:number], evaluation)
    if days.end - days.start < policy.hold_after:
        return Weighed("wait", reasons, seen, evaluation)
    said = f"{format_duration(policy.hold_after)} are over without enough evidence"
    evaluation = evaluation or _evaluation(pairs, examples, model, days, seen)
    return Weighed("hold", [*reasons, Reason("time", False, said)], seen, evaluation)


def _amount(seen: Sequence[Day], policy: Challenge) -> Iterator[Reason]:
    """Days, rows, and the evidence after the last day."""
    rows, evidence = sum(day.rows for day in seen), seen[-1].evidence if seen else 1.0
    yield Reason(
        "days", len(seen) >= policy.minimum_days, f"{len(seen)} complete days, {policy.minimum_days} needed"
    )
    yield Reason(
        "rows",
        rows >= policy.minimum_rows,
        f"{rows:,} rows scored by both, {policy.minimum_rows:,} needed",
    )
    said = f"evidence {evidence:.2f} that log loss is lower, {policy.evidence:g} needed"
    yield Reason("evidence", evidence >= policy.evidence, said)


def _figures(evaluation: dict[str, Any], policy: Challenge) -> Iterator[Reason]:
    own, other = (evaluation["figures"][who]["log_loss"] for who in (CANDIDATE, CHAMPION))
    yield Reason("log loss", own < other, f"log loss {own:.4f} against {other:.4f} of champion")
    own, other = (evaluation["figures"][who].get("auc") for who in (CANDIDATE, CHAMPION))
    if own is None or other is None:
        yield Reason("AUC", False, "AUC needs rows with both labels")
    else:
        yield Reason("AUC", own >= other, f"AUC {own:.4f} against {other:.4f} of champion")
    yield slices_hold(evaluation["slices"], policy.max_slice_increase)


def _evaluation(
    pairs: pd.DataFrame, examples: Examples, model: Model, days: HourRange, seen: Sequence[Day]
) -> dict[str, Any]:
    """Both models on the days seen: what `evaluate_scores` gives, with `slices`, `days` and `evidence`."""
    last = seen[-1].day if seen else None
    rows = pairs[pairs["day"] <= pd.Timestamp(last)] if last else pairs.iloc[:0]
    end = datetime.fromisoformat(last).replace(tzinfo=UTC) + DAY if last else days.end
    cohorts = HourRange(days.start, end)
    label, as_of = rows[examples.label].to_numpy(np.float64), rows[examples.as_of]
    scores = {who: rows[who].to_numpy(np.float64) for who in (CANDIDATE, CHAMPION)}
    judged = evaluate_scores(label, as_of, scores, cohorts, costs=model.costs, seed=model.seed)
    parts = slices(
        rows,
        label,
        scores,
        model.slices,
        against=CHAMPION,
        blocks=blocks_in(as_of, cohorts, "day"),
        seed=model.seed,
    )
    facts = {"days": [day.as_json() for day in seen], "evidence": seen[-1].evidence if seen else 1.0}
    return {**judged, **facts, "track": CHALLENGE, "slices": parts}
