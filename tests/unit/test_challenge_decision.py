"""The challenge track on small outcomes: which rows count, and what the days of a trial decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headgate.learning.trial import Trial, TrialRowsMissing, daily, paired, trial_days
from headgate.releases.challenge_decision import Weighed, weigh
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Challenge, Examples, Feature, Model, Slice

EXAMPLES = Examples(inputs=["trains"], entity=["train"], label="late", complete_after=timedelta(hours=24))
MODEL = Model(algorithm="random_forest", features={"delay": Feature()}, slices={"carrier": Slice()}, seed=1)
SMALL = Challenge(minimum_days=3, minimum_rows=300, evidence=3, largest_day=0.2, hold_after=timedelta(days=8))
SINCE = datetime(2013, 2, 1, 5, tzinfo=UTC)


def outcomes(days: int, better: dict[str, float] | float = 0.6, rows: int = 120) -> pd.DataFrame:
    """`rows` trains a day from 2 February on, of two carriers; the champion says 0.4 or 0.6, as it is right
    or wrong, and the challenger moves each logit by `better` towards the truth, by carrier if so given."""
    draw, found = np.random.default_rng(3), []
    for number in range(days * rows):
        as_of = pd.Timestamp("2013-02-02") + pd.Timedelta(hours=24 / rows) * (number + 1)
        late, carrier = int(draw.random() < 0.5), "AB"[number % 2]
        champion = 0.6 if (draw.random() < 0.6) == bool(late) else 0.4
        move = better[carrier] if isinstance(better, dict) else better
        logit = np.log(champion / (1 - champion)) + (move if late else -move)
        for role, model, probability in (
            ("champion", 1, champion),
            ("challenger", 2, 1 / (1 + np.exp(-logit))),
        ):
            known = as_of + pd.Timedelta(hours=5)
            found.append((f"{number:05d}", as_of, role, model, probability, as_of, late, known, carrier))
    said = ["train", "as_of", "role", "model", "probability", "scored_at"]
    return pd.DataFrame(found, columns=[*said, "late", "label_known_at", "carrier"])


def weighed(rows: pd.DataFrame, frontier: datetime, policy: Challenge = SMALL) -> Weighed:
    return weigh(rows, Trial(2, SINCE, frontier), EXAMPLES, MODEL, policy)


def february(day: int, hour: int = 0) -> datetime:
    return datetime(2013, 2, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "frontier", "start", "end"),
    [
        (february(1, 5), february(9, 23), february(2), february(8)),
        (february(1), february(10), february(1), february(9)),
        (february(1, 5), february(28), february(2), february(10)),
    ],
)
def test_whole_days_count_once_their_last_cohort_is_complete(
    since: datetime, frontier: datetime, start: datetime, end: datetime
) -> None:
    assert trial_days(Trial(2, since, frontier), EXAMPLES, SMALL) == HourRange(start, end)


def test_before_the_first_day_is_complete_none_counts() -> None:
    assert trial_days(Trial(2, SINCE, february(3, 23)), EXAMPLES, SMALL) is None
    found = weighed(outcomes(2), february(3, 23))
    assert (found.outcome, found.days) == ("wait", [])


def test_only_what_both_scored_in_time_is_compared() -> None:
    days = HourRange(february(2), february(4))
    rows = outcomes(4, rows=4)
    assert len(paired(rows, EXAMPLES, 2, days)) == 8
    assert len(paired(rows, EXAMPLES, 3, days)) == 0
    without = rows[~((rows["role"] == "challenger") & (rows["train"] == "00001"))]
    assert "00001" not in paired(without, EXAMPLES, 2, days)["train"].tolist()
    late = rows.assign(label_known_at=rows["label_known_at"].where(rows["train"] != "00002", february(4)))
    late["label_known_at"] = pd.to_datetime(late["label_known_at"], utc=True).dt.tz_localize(None)
    assert "00002" in paired(late, EXAMPLES, 2, days)["train"].tolist()
    late["label_known_at"] += pd.Timedelta(minutes=1)
    assert "00002" not in paired(late, EXAMPLES, 2, days)["train"].tolist()


@pytest.mark.parametrize(
    ("role", "scored_after", "counts"),
    [
        ("challenger", timedelta(hours=4, minutes=59), True),
        ("challenger", timedelta(hours=5), False),
        ("challenger", timedelta(hours=30), False),
        ("champion", timedelta(hours=4, minutes=59), True),
        ("champion", timedelta(hours=5), False),
    ],
)
def test_what_was_said_once_the_label_was_known_is_no_evidence(
    role: str, scored_after: timedelta, counts: bool
) -> None:
    rows = outcomes(1, rows=4)  # labels are known five hours after the as-of
    late = (rows["role"] == role) & (rows["train"] == "00001")
    rows["scored_at"] = rows["scored_at"].mask(late, rows["as_of"] + scored_after)
    found = paired(rows, EXAMPLES, 2, HourRange(february(2), february(3)))["train"].tolist()
    assert found == (["00000", "00001"] if counts else ["00000"]) + ["00002", "00003"]


def test_outcomes_without_roles_are_refused() -> None:
    with pytest.raises(TrialRowsMissing) as refused:
        paired(outcomes(1).drop(columns="role"), EXAMPLES, 2, HourRange(february(2), february(3)))
    assert str(refused.value) == (
        "the outcomes lack the columns role, by which a challenger is judged\n"
        "  where: gold.outcomes\n"
        "  left behind: the challenger undecided\n"
        "  next: publish an hour with the present spec"
    )


def test_a_days_gain_by_hand() -> None:
    rows = outcomes(1, rows=2).assign(
        late=[1, 1, 0, 0], probability=[0.5, 0.8, 0.5, 0.4]
    )  # losses 0.6931 and 0.2231; 0.6931 and 0.5108: gains 0.4700 and 0.1823
    (day,) = daily(paired(rows, EXAMPLES, 2, HourRange(february(2), february(3))), "late", 1.0)
    assert (day.day, day.rows) == ("2013-02-02", 2)
    assert day.gain == pytest.approx(0.326163, abs=1e-6)
    assert day.evidence == pytest.approx(1 + 0.5 * 0.326163, abs=1e-6)


def test_a_better_challenger_waits_for_days_and_evidence_then_takes_over() -> None:
    rows = outcomes(7)
    early = weighed(rows, february(5, 23))
    assert (early.outcome, [reason.passed for reason in early.reasons]) == ("wait", [False, False, False])
    assert early.reasons[0].said == "2 complete days, 3 needed"
    assert early.reasons[1].said == "240 rows scored by both, 300 needed"
    found = weighed(rows, february(9))
    assert found.outcome == "promote"
    assert [reason.check for reason in found.reasons] == [
        "days",
        "rows",
        "evidence",
        "log loss",
        "AUC",
        "slices",
    ]
    assert found.evaluation["track"] == "challenge"
    assert found.evaluation["rows"] == 120 * len(found.days)


def test_it_makes_no_difference_how_late_one_looks() -> None:
    rows = outcomes(7)
    looks = [weighed(rows, february(day)) for day in range(3, 10)]
    decided = [look for look in looks if look.outcome == "promote"]
    assert decided and all(look == decided[0] for look in decided)


def held(better: dict[str, float] | float, **policy: Any) -> str:
    found = weighed(outcomes(9, better), february(28), SMALL.model_copy(update=policy))
    assert found.outcome == "hold"
    return "; ".join(reason.said for reason in found.reasons if not reason.passed)


def test_a_challenger_that_is_no_better_is_held_when_its_time_is_up() -> None:
    assert held(0.0) == (
        "evidence 1.00 that log loss is lower, 3 needed; 8d are over without enough evidence"
    )


def test_a_slice_that_is_worse_holds_back_what_is_better_on_the_whole() -> None:
    said = held({"A": 1.6, "B": -0.15}, max_slice_increase=0.02)
    assert said.startswith("log loss of carrier B changes by +0.")
    assert said.endswith("at most +0.0200 allowed; 8d are over without enough evidence")
