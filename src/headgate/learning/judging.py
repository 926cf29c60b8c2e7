"""How probabilities are judged, wherever it is done."""

from __future__ import annotations

CLIP = 1.0e-6
"""Probabilities are kept this far from 0 and 1 before a logarithm is taken."""

BINS = 10
"""Calibration bins of equal width."""
