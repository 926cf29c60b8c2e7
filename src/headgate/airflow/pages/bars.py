"""Bars of a small chart: where each of them is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640.0, 40.0
GAP = 0.2
"""The share of a bar's place that stays free."""
WIDEST = 40.0
"""A bar of a chart with few of them."""
LEAST = 1.5
"""The height of the smallest bar that is not nothing: it is to be seen."""


@dataclass(frozen=True)
class Bar:
    """One bar in the units of its chart, WIDTH by HEIGHT, and what it says."""

    x: float
    y: float
    width: float
    height: float
    said: str


def bars(values: Sequence[float], said: Sequence[str], slots: int = 0) -> list[Bar]:
    """A bar for each value, from the left, the highest as high as the chart; there is room for `slots`."""
    top = max(values, default=0)
    place = min(WIDTH / max(len(values), slots, 1), WIDEST)
    found = []
    for number, (value, text) in enumerate(zip(values, said, strict=True)):
        height = max(LEAST, HEIGHT * value / top) if value else 0.0
        x, y = number * place + place * GAP / 2, HEIGHT - height
        found.append(Bar(round(x, 2), round(y, 2), round(place * (1 - GAP), 2), round(height, 2), text))
    return found
