"""Evidence that may be looked at every day: an e-process for daily gains that are bounded from below."""

from __future__ import annotations

import numpy as np

BETS = np.arange(1, 10) / 10.0
"""The shares of the largest possible bet between which the evidence does not choose: it takes their mean."""


def e_process(gains: np.ndarray, bound: float) -> np.ndarray:
    """The evidence after each day that the mean gain is above zero; 1 before the first.

    `gains` has one number a day, in order; `bound` is the worst gain that a day may have, as a positive
    number, in the same unit. The evidence is what a capital of 1 has become that was split evenly over
    several bets, each of which multiplies its part by `1 + share * gain / bound` every day: the diversified
    Kelly bet of Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", Journal
    of the Royal Statistical Society B 86 (2024). While no day's gain is above zero in expectation, given the
    days before, it is a non-negative supermartingale from 1, so by Ville's inequality it ever reaches x with
    a probability of at most 1 / x, however many days are looked at and whenever one stops.

    A gain above `bound` counts as `bound`, which only lowers the evidence. A day worse than the bound breaks
    what the evidence rests on: it is 0 from then on.
    """
    stakes = 1.0 + np.outer(np.minimum(gains, bound) / bound, BETS)
    stakes[gains < -bound] = 0.0
    return np.asarray(np.cumprod(stakes, axis=0).mean(axis=1))
