"""How sure a share is that was counted in simulations: bounds of Clopper and Pearson, exact for any count."""

from __future__ import annotations

from scipy.stats import beta


def upper_bound(count: int, of: int) -> float:
    """The largest probability under which as few as `count` of `of` still come in 5 % of all cases."""
    return 1.0 if count == of else float(beta.ppf(0.95, count + 1, of - count))


def interval(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of the probability: 2.5 % of all cases lie beyond either end."""
    low = 0.0 if count == 0 else float(beta.ppf(0.025, count, of - count + 1))
    high = 1.0 if count == of else float(beta.ppf(0.975, count + 1, of - count))
    return low, high
