"""The figures of an evaluation day by day, and intervals over days, against values worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from headgate.learning.by_day import by_day
from headgate.learning.evaluation import evaluate_scores, strongest
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Costs

COSTS = Costs(false_positive=20, true_positive=60, false_negative=100)
COHORTS = HourRange(datetime(2013, 1, 6, 2, tzinfo=UTC), datetime(2013, 1, 8, 6, tzinfo=UTC))
AS_OF = pd.Series(
    pd.to_datetime(["2013-01-06 03:00", "2013-01-06 06:00", "2013-01-07 07:00", "2013-01-08 06:00"])
)
LABEL = np.array([1.0, 0.0, 1.0, 1.0])
SCORES = {"candidate": np.array([0.8, 0.4, 0.6, 0.2]), "base rate": np.full(4, 0.25)}


def test_days_are_counted_back_from_the_end_and_cut_at_the_start() -> None:
    found = by_day(LABEL, AS_OF, SCORES, COHORTS, None)
    assert [(day["start"], day["end"], day["rows"], day["positives"]) for day in found] == [
        ("2013-01-06T02:00:00+00:00", "2013-01-06T06:00:00+00:00", 2, 1),
        ("2013-01-07T06:00:00+00:00", "2013-01-08T06:00:00+00:00", 2, 2),
    ]


def test_the_figures_of_a_day_are_those_of_its_rows() -> None:
    first, last = by_day(LABEL, AS_OF, SCORES, COHORTS, COSTS)
    assert first["scores"]["candidate"] == {
        "log_loss": pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2),
        "mean_probability": pytest.approx(0.6),
        "auc": 1.0,
        "cost_per_thousand": pytest.approx(1000 * (60 + 20) / 2),
    }
    assert first["scores"]["base rate"]["cost_per_thousand"] == pytest.approx(1000 * 100 / 2)
    assert first["scores"]["never_act"] == {"cost_per_thousand": pytest.approx(50_000)}
    assert first["scores"]["always_act"] == {"cost_per_thousand": pytest.approx(40_000)}
    assert "auc" not in last["scores"]["candidate"]
    assert last["scores"]["candidate"]["cost_per_thousand"] == pytest.approx(1000 * (60 + 100) / 2)


def test_no_rows_have_no_days() -> None:
    empty = np.array([])
    assert by_day(empty, AS_OF[:0], {"candidate": empty}, COHORTS, COSTS) == []


def test_money_and_calibration_have_intervals_over_whole_days() -> None:
    found = evaluate_scores(LABEL, AS_OF, SCORES, COHORTS, costs=COSTS, seed=1)
    assert strongest(found) == "base rate"
    own = found["intervals"]["candidate"]
    assert own["cost_per_thousand"] == {
        "mean": pytest.approx(60_000), "low": pytest.approx(40_000), "high": pytest.approx(80_000),
        "blocks": 2,
    }  # fmt: skip
    assert found["intervals"]["never act"]["cost_per_thousand"] == {
        "mean": pytest.approx(75_000), "low": pytest.approx(50_000), "high": pytest.approx(100_000),
        "blocks": 2,
    }  # fmt: skip
    assert found["intervals"]["always act"]["cost_per_thousand"]["mean"] == pytest.approx(50_000)
    assert own["excess"]["mean"] == pytest.approx(0.5 - 0.75)
    assert (own["excess"]["low"], own["excess"]["high"]) == pytest.approx((-0.6, 0.1))
    assert own["auc"]["mean"] == pytest.approx(2 / 3)
    saved = found["cost_differences"]
    assert {name: interval["mean"] for name, interval in saved.items()} == {
        "base rate": pytest.approx(60_000 - 75_000),
        "never act": pytest.approx(60_000 - 75_000),
        "always act": pytest.approx(60_000 - 50_000),
    }
    assert (saved["always act"]["low"], saved["always act"]["high"]) == pytest.approx((0, 20_000))
    assert found["auc_differences"]["base rate"]["mean"] == pytest.approx(2 / 3 - 1 / 2)


def test_one_label_has_no_auc_differences() -> None:
    found = evaluate_scores(np.ones(4), AS_OF, SCORES, COHORTS, costs=None, seed=1)
    assert (found["auc_differences"], found["cost_differences"]) == ({}, {})
    assert set(found["intervals"]["candidate"]) == {"log_loss", "excess"}
