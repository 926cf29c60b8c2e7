"""How far the distribution of one model's scores lies from another's on the same rows."""

from __future__ import annotations

import numpy as np


def score_shift(reference: np.ndarray, scores: np.ndarray) -> float:
    """The mean distance between the two, each sorted (the Wasserstein distance), in units of probability.

    Both have one score per row. 0 means equal distributions. Unlike an index over bins it does not jump where
    the scores of a small forest pile up at an edge.
    """
    return float(np.mean(np.abs(np.sort(scores) - np.sort(reference))))
