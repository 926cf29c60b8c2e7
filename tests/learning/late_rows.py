"""Rows to learn from: a carrier, a delay and an hour, and whether it was late; some values are missing."""

from __future__ import annotations

import numpy as np

from headgate.learning.scoring.encoding import Features

FEATURES: Features = [("carrier", ["A", "B", "C", "D"]), ("delay", None), ("hour", None)]
SCHEMA = "id int, carrier string, delay double, hour int, late int"


def rows() -> list[tuple[int, str | None, float | None, int, int]]:
    """1,500 rows of SCHEMA, always the same."""
    draw = np.random.default_rng(3)
    found: list[tuple[int, str | None, float | None, int, int]] = []
    for number in range(1500):
        carrier = [None, "A", "B", "C", "Q"][draw.integers(5)]
        delay = None if draw.random() < 0.1 else float(draw.normal())
        late = int((delay or 0.5) + (1 if carrier in ("A", "C") else -0.5) + draw.normal() > 0)
        found.append((number, carrier, delay, int(draw.integers(24)), late))
    return found
