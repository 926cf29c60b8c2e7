"""The evidence of daily gains: by hand, in expectation over every course of days, and in simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.learning.e_process import e_process


@pytest.mark.parametrize(
    ("gains", "evidence"),
    [
        ([0.0, 0.0], [1.0, 1.0]),
        ([0.025], [1.25]),  # half the bound: the mean of 1.05, 1.10, ... 1.45
        ([0.05, -0.05], [1.5, 0.683333]),  # second day: the mean of 1 - share ** 2 over 0.1 to 0.9
        ([0.05, 0.05], [1.5, 2.316667]),  # the mean of (1 + share) ** 2
        ([0.2], [1.5]),  # more than the bound counts as the bound
        ([-0.2], [0.5]),  # and so does more than the bound the other way
    ],
)
def test_evidence_by_hand(gains: list[float], evidence: list[float]) -> None:
    assert e_process(np.array(gains), 0.05) == pytest.approx(evidence, abs=1e-6)


def test_no_day_is_no_evidence() -> None:
    assert e_process(np.array([]), 0.05).tolist() == []


SIZE = st.floats(0.001, 0.05)


def expected_evidence(up: float, down: float, chance_up: float, days: int) -> float:
    """The mean of the evidence over all courses of `days` days of +up or -down."""
    return sum(
        float(e_process(np.array([up if rises else -down for rises in course]), 0.05)[-1])
        * float(np.prod([chance_up if rises else 1 - chance_up for rises in course]))
        for course in product([True, False], repeat=days)
    )


@settings(deadline=None, max_examples=50)
@given(up=SIZE, down=SIZE, days=st.integers(1, 5))
def test_without_a_gain_on_average_the_evidence_stays_one_on_average(
    up: float, down: float, days: int
) -> None:
    assert expected_evidence(up, down, down / (up + down), days) == pytest.approx(1.0, abs=1e-9)


@settings(deadline=None, max_examples=50)
@given(up=st.floats(0.001, 0.05), down=SIZE, share=st.floats(0.0, 1.0), days=st.integers(1, 4))
def test_with_losses_on_average_it_is_at_most_one(up: float, down: float, share: float, days: int) -> None:
    assert expected_evidence(up, down, share * down / (up + down), days) <= 1.0 + 1e-9


def test_chance_seldom_reaches_much_evidence_however_often_one_looks() -> None:
    draw = np.random.default_rng(6)
    reached = [
        e_process(draw.choice([-0.02, 0.02], size=200) * draw.uniform(0, 1, size=200), 0.05).max() >= 20
        for _ in range(2000)
    ]
    assert np.mean(reached) <= 0.05


def test_a_steady_gain_gathers_evidence() -> None:
    draw = np.random.default_rng(6)
    gains = draw.normal(0.005, 0.006, size=100)
    assert e_process(gains, 0.05)[-1] > 60
