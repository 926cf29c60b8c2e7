"""Metrics, money, intervals, shift and baselines against values worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from headgate.learning.baselines import baseline
from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.evaluation import blocks_for, blocks_of, evaluate_scores
from headgate.learning.metrics import calibration, calibration_error, log_losses, metrics
from headgate.learning.money import NeverWorthActing, in_money, threshold
from headgate.learning.score_shift import score_shift
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Costs

LABEL = np.array([1.0, 0.0, 1.0, 0.0])
PROBABILITY = np.array([0.8, 0.6, 0.4, 0.2])
COSTS = Costs(false_positive=20, true_positive=60, false_negative=100)


def test_metrics() -> None:
    found = metrics(LABEL, PROBABILITY)
    assert found["auc"] == pytest.approx(3 / 4)
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["brier"] == pytest.approx((0.04 + 0.36 + 0.36 + 0.04) / 4)
    assert found["log_loss"] == pytest.approx(0.5697171415941824)
    assert found["calibration_error"] == pytest.approx((0.2 + 0.6 + 0.6 + 0.2) / 4)
    assert found["mean_probability"] == pytest.approx(0.5)


def test_one_class_has_no_ranking_figures() -> None:
    assert set(metrics(np.ones(2), np.array([0.5, 0.6]))) == {
        "log_loss", "brier", "calibration_error", "mean_probability",
    }  # fmt: skip


def test_certainty_that_is_wrong_costs_a_finite_loss() -> None:
    assert log_losses(np.array([1.0]), np.array([0.0]))[0] == pytest.approx(13.815510557964274)


def test_calibration_bins() -> None:
    bins = calibration(np.array([1.0, 0.0, 1.0]), np.array([0.11, 0.19, 1.0]))
    assert [(entry["from"], entry["to"], entry["rows"], entry["share"]) for entry in bins] == [
        (0.1, 0.2, 2, 0.5),
        (0.9, 1.0, 1, 1.0),
    ]
    assert calibration_error(bins) == pytest.approx((2 * 0.35 + 0) / 3)


def test_the_threshold_follows_from_the_costs() -> None:
    assert threshold(COSTS) == pytest.approx(1 / 3)


def test_money() -> None:
    found = in_money(LABEL, PROBABILITY, COSTS)
    assert found["counts"] == {
        "true_positive": 2, "false_positive": 1, "false_negative": 0, "true_negative": 1,
    }  # fmt: skip
    assert found["per_thousand"] == pytest.approx(1000 * (2 * 60 + 20) / 4)
    assert found["never_act_per_thousand"] == pytest.approx(50_000)
    assert found["always_act_per_thousand"] == pytest.approx(40_000)


@pytest.mark.parametrize("costs", [(0, 60, 100), (20, 100, 100)])
def test_costs_without_a_threshold_are_refused(costs: tuple[int, int, int]) -> None:
    alarm, caught_late, missed = costs
    with pytest.raises(NeverWorthActing) as caught:
        threshold(Costs(false_positive=alarm, true_positive=caught_late, false_negative=missed))
    assert str(caught.value) == (
        "no threshold follows from the costs: false_positive must cost more than true_negative, "
        "and false_negative more than true_positive\n"
        "  where: pipeline.yaml, model.costs\n"
        "  left behind: nothing was evaluated\n"
        "  next: correct the costs, then run ./headgate check"
    )


def test_the_bootstrap_draws_whole_blocks() -> None:
    values = np.array([1.0, 1.0, 1.0, 4.0])
    interval = block_bootstrap(values, np.array([0, 0, 0, 1]), seed=1)
    assert (interval.mean, interval.blocks) == (1.75, 2)
    assert (interval.low, interval.high) == (1.0, 4.0)  # a quarter of the draws is one block alone, twice
    assert block_bootstrap(values, np.array([0, 0, 0, 1]), seed=1) == interval


def test_one_block_gives_no_spread() -> None:
    interval = block_bootstrap(np.array([1.0, 2.0]), np.array([5, 5]), seed=1)
    assert (interval.low, interval.mean, interval.high) == (1.5, 1.5, 1.5)


def test_the_shift_of_scores_is_their_mean_sorted_distance() -> None:
    assert score_shift(np.array([0.1, 0.5, 0.9]), np.array([0.9, 0.2, 0.5])) == pytest.approx(0.1 / 3)


@pytest.mark.parametrize(("hours", "expected"), [(24, "hour"), (47, "hour"), (48, "day"), (168, "day")])
def test_blocks_are_days_where_there_are_several(hours: int, expected: str) -> None:
    end = datetime(2013, 1, 9, tzinfo=UTC)
    assert blocks_for(HourRange(end - timedelta(hours=hours), end)) == expected


def test_blocks_count_back_from_the_end() -> None:
    as_of = pd.Series(pd.to_datetime(["2013-01-09 06:00", "2013-01-08 07:00", "2013-01-08 06:00"]))
    end = pd.Timestamp("2013-01-09 06:00")
    assert blocks_of(as_of, end, "day").tolist() == [0, 0, 1]
    assert blocks_of(as_of, end, "hour").tolist() == [0, 23, 24]


def test_a_candidate_is_compared_with_everyone_on_the_same_rows() -> None:
    end = datetime(2013, 1, 9, tzinfo=UTC)
    as_of = pd.Series(
        pd.to_datetime(["2013-01-08 01:00", "2013-01-08 01:00", "2013-01-08 02:00", "2013-01-09 00:00"])
    )
    scores = {"candidate": PROBABILITY, "champion": np.full(4, 0.5)}
    found = evaluate_scores(
        LABEL, as_of, scores, HourRange(end - timedelta(days=1), end), costs=COSTS, seed=1
    )
    assert (found["rows"], found["positives"], found["blocks"]) == (4, 2, "hour")
    assert found["differences"]["champion"]["mean"] == pytest.approx(0.5697171415941824 - np.log(2))
    assert found["differences"]["champion"]["blocks"] == 3
    assert found["score_shift"] == pytest.approx((0.3 + 0.1 + 0.1 + 0.3) / 4)
    assert set(found["money"]) == set(found["figures"]) == {"candidate", "champion"}


def test_no_rows_give_no_figures() -> None:
    end = datetime(2013, 1, 9, tzinfo=UTC)
    empty = np.array([], dtype=float)
    as_of = pd.Series([], dtype="datetime64[ns]")
    found = evaluate_scores(empty, as_of, {"candidate": empty}, HourRange(None, end), costs=None, seed=1)
    assert (found["rows"], found["figures"], found["differences"]) == (0, {}, {})


def test_baselines_are_group_means_with_the_base_rate_for_unseen_groups(spark: SparkSession) -> None:
    rows = [("A", 1, 1), ("A", 1, 0), ("A", 2, 1), ("B", 1, 0), (None, 1, 1)]
    training = spark.createDataFrame(rows, "carrier string, hour int, late int")
    means = baseline(training, ["carrier", "hour"], "late")
    assert means.name == "carrier x hour"
    asked = pd.DataFrame({"carrier": ["A", "A", "B", None, "C"], "hour": [1, 2, 1, 1, 1]})
    assert means.score(asked).tolist() == [0.5, 1.0, 0.0, 1.0, 0.6]
    base = baseline(training, [], "late")
    assert base.name == "base rate"
    assert base.score(asked).tolist() == [0.6] * 5
