"""Evidence that may be looked at every day: an e-process for daily gains."""

from __future__ import annotations

import numpy as np

BETS = np.arange(1, 10) / 10.0
"""The shares of the largest possible bet between which the evidence does not choose: it takes their mean."""


def e_process(gains: np.ndarray, bound: float) -> np.ndarray:
    """The evidence after each day that the mean gain is above zero; 1 before the first.

    `gains` has one number a day, in order. Each counts for at most `bound`, a positive number in the same
    unit, either way. The evidence is what a capital of 1 has become that was split evenly over several bets,
    each of which multiplies its part by `1 + share * gain / bound` every day: the diversified Kelly bet of
    Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", Journal of the Royal
    Statistical Society B 86 (2024). While no day's gain, so bounded, is above zero in expectation, given the
    days before, it is a non-negative supermartingale from 1, so by Ville's inequality it ever reaches x with
    a probability of at most 1 / x, however many days are looked at and whenever one stops.
    """
    stakes = 1.0 + np.outer(np.clip(gains / bound, -1.0, 1.0), BETS)
    return np.asarray(np.cumprod(stakes, axis=0).mean(axis=1))
