"""How far two distributions lie apart, both as counts over the same bins."""

from __future__ import annotations

import numpy as np

LEAST_SHARE = 1.0e-4
"""What an empty bin counts as, so that a value which was never seen weighs much and not infinitely."""


def population_stability_index(counts: np.ndarray, reference: np.ndarray) -> float:
    """PSI = sum over bins of (p - q) ln(p / q), with p and q the shares; no less than LEAST_SHARE each.

    The sum of both Kullback-Leibler divergences: H. Jeffreys, An invariant form for the prior probability in
    estimation problems, 1946. By custom below 0.1 is no shift, above 0.25 a large one; raises ValueError
    where one side has no rows.
    """
    p, q = (np.maximum(_shares(one), LEAST_SHARE) for one in (counts, reference))
    return float(np.sum((p - q) * np.log(p / q)))


def jensen_shannon_distance(counts: np.ndarray, reference: np.ndarray) -> float:
    """The root of the Jensen-Shannon divergence to base 2: 0 for equal shares, 1 where no bin is shared.

    J. Lin, Divergence measures based on the Shannon entropy, 1991; a metric by D. Endres and J. Schindelin,
    2003. Raises ValueError where one side has no rows.
    """
    p, q = _shares(counts), _shares(reference)
    middle = (p + q) / 2
    return float(np.sqrt(max(0.0, (_divergence(p, middle) + _divergence(q, middle)) / 2)))


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    """Kullback-Leibler, in bits; a bin without p adds nothing."""
    some = p > 0
    return float(np.sum(p[some] * np.log2(p[some] / q[some])))


def _shares(counts: np.ndarray) -> np.ndarray:
    total = float(np.sum(counts))
    if total <= 0:
        raise ValueError("a distribution without rows has no distance to another one")
    return np.asarray(counts, dtype=np.float64) / total
