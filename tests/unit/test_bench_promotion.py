"""The simulation of `headgate bench promotion` on small stored scores: how trials end, what bounds say."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headgate.spec.load import load_pipeline
from headgate.spec.pipeline import Challenge
from headgate.spec.settings import REPOSITORY, Settings

PROMOTION = runpy.run_path(str(REPOSITORY / "bench" / "promotion.py"))
BOUNDS, FAMILIES = PROMOTION["BOUNDS"], PROMOTION["FAMILIES"]
DAYS, ROWS_A_DAY = 90, 240
FIRST = datetime(2013, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("count", "of", "upper"),
    [(0, 1000, 0.0029912), (20, 1000, 0.0289301), (39, 1000, 0.0506340), (5, 5, 1.0)],
)
def test_the_bound_of_false_promotions_is_that_of_the_binomial_distribution(
    count: int, of: int, upper: float
) -> None:
    """P(X <= count) is 0.05 there, found by bisection of the sum of binomial terms."""
    assert BOUNDS["upper_bound"](count, of) == pytest.approx(upper, abs=1e-6)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 400, 0.0, 0.0091798), (30, 400, 0.0511717, 0.1053376), (3, 3, 0.2924018, 1.0)],
)
def test_the_interval_of_a_share_is_exact(count: int, of: int, low: float, high: float) -> None:
    assert BOUNDS["interval"](count, of) == pytest.approx((low, high), abs=1e-6)


def stored_scores() -> pd.DataFrame:
    """240 flights a day, of which each model knows something; labels are known five hours after the as-of."""
    draw = np.random.default_rng(7)
    count = DAYS * ROWS_A_DAY
    as_of = pd.Timestamp("2013-03-01") + pd.to_timedelta(np.arange(count) // 10 + 1, unit="h")
    late = (draw.random(count) < 0.35).astype(int)
    truth = np.where(late == 1, 1.0, -1.0)
    said = {
        name: 1 / (1 + np.exp(-(strength * truth + draw.normal(0, 2.0, count) - 0.6)))
        for name, strength in (("forest", 0.8), ("boosting", 0.8), ("forecast", 0.5))
    }
    return pd.DataFrame(
        {
            "flight_id": [f"{number:05d}" for number in range(count)],
            "as_of": as_of,
            "late": late,
            "label_known_at": as_of + pd.Timedelta(hours=5),
            "carrier": np.resize(["AA", "B6", "UA"], count),
            "origin": np.resize(["JFK", "LGA", "EWR"], count),
            "local_hour": as_of.hour,
            "precip": 0.0,
            "visib": 10.0,
            **said,
        }
    )


@pytest.fixture(scope="module")
def year() -> Any:
    """The simulation on these scores."""
    return PROMOTION["Year"](load_pipeline(Settings(), "flights"), stored_scores())


def test_whole_days_count_and_none_of_them_promotes_where_nothing_is_to_be_found(year: Any) -> None:
    assert (len(year.rows), year.rows["day"].nunique()) == (ROWS_A_DAY * (DAYS - 2), DAYS - 2)
    found = year.null(5)  # two families are decided a second time, as on the platform
    assert (found["families"], found["promoted"]) == (5, 0)
    assert found["upper"] == pytest.approx(0.4507197, abs=1e-6)


def test_harm_passes_or_is_held_with_its_interval(year: Any) -> None:
    none = year.harm("noise", 0, hours=3)
    assert (none["hours"], none["passed"], none["held_by"], none["auc"]) == (3, 1.0, {}, 0.0)
    assert none["passed_between"] == pytest.approx((0.2924018, 1.0), abs=1e-6)
    gross = year.harm("shift", 3.0, hours=3)
    assert (gross["passed"], gross["held_by"]["log loss"], gross["held_by"]["score distribution"]) == (
        0,
        1,
        1,
    )
    assert gross["passed_between"] == pytest.approx((0.0, 0.7075982), abs=1e-6)


POLICY = Challenge(minimum_rows=100, largest_day=0.1)


def pair(champion: float, candidate: float) -> Any:
    """Two scores of 10 rows a day: each says so much of what came, and 1 minus that of the rest."""
    days = pd.Series(pd.Timestamp("2013-03-01") + pd.to_timedelta(np.arange(800) // 10, unit="D"))
    label = np.tile([0.0, 1.0], 400)
    said = [np.where(label == 1, sure, 1 - sure) for sure in (champion, candidate)]
    return FAMILIES["pair_of"](label, days, *said, [], 1)


def ended(scores: Any, since: datetime, swapped: np.ndarray | None = None) -> tuple[str, timedelta, str]:
    found = FAMILIES["run_trial"](scores, since, POLICY, DAY, swapped)
    return found.outcome, found.after, found.because


def test_a_trial_is_promoted_on_the_day_that_its_evidence_and_days_are_enough() -> None:
    """Fourteen days are needed, and known a day later; a trial begins with the next whole day."""
    better = pair(0.6, 0.9)
    assert ended(better, FIRST) == ("promote", 15 * DAY, "")
    assert ended(better, FIRST + timedelta(hours=6)) == ("promote", 15 * DAY + timedelta(hours=18), "")


def test_a_trial_without_evidence_is_held_after_its_time() -> None:
    held = ("hold", 57 * DAY, "evidence")
    assert ended(pair(0.6, 0.6), FIRST) == held
    assert ended(pair(0.9, 0.6), FIRST) == held
    assert ended(pair(0.6, 0.9), FIRST, np.ones(56)) == held
    by_turns = np.resize([0, 1], 56)  # one day in two the other way: every bet loses
    assert ended(pair(0.6, 0.9), FIRST, by_turns) == held


def test_evidence_by_hand_sets_the_day() -> None:
    """ln(0.51 / 0.5) = 0.0198 a day of at most 0.1, so each day multiplies a bet's part by 1 + 0.198 share.

    The mean over the shares 0.1 to 0.9 is 57.0 after 33 days and 65.7 after 34, with 60 needed.
    """
    assert ended(pair(0.5, 0.51), FIRST)[1] == 35 * DAY
