"""Figures that judge probabilities against labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.learning.judging import BINS, CLIP


def log_losses(label: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """The log loss of each row, in nats."""
    safe = np.clip(probability, CLIP, 1.0 - CLIP)
    return np.asarray(-np.where(label == 1, np.log(safe), np.log(1.0 - safe)))


def calibration(label: np.ndarray, probability: np.ndarray) -> list[dict[str, Any]]:
    """Per non-empty bin of probability: `from`, `to`, `rows`, mean `probability` and `share` of positives."""
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = []
    for number in np.unique(place):
        inside = place == number
        bins.append(
            {
                "from": float(number) / BINS,
                "to": float(number + 1) / BINS,
                "rows": int(inside.sum()),
                "probability": float(probability[inside].mean()),
                "share": float(label[inside].mean()),
            }
        )
    return bins


def calibration_error(bins: list[dict[str, Any]]) -> float:
    """Expected calibration error: the mean distance of probability and share over the bins, by rows."""
    rows = sum(entry["rows"] for entry in bins)
    return float(sum(entry["rows"] * abs(entry["probability"] - entry["share"]) for entry in bins) / rows)


def metrics(label: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Those of `brief_metrics`, brier, calibration_error and, where both classes occur, average_precision
    (the area under the precision-recall curve)."""
    figures = {
        **brief_metrics(label, probability),
        "brier": float(np.mean((probability - label) ** 2)),
        "calibration_error": calibration_error(calibration(label, probability)),
    }
    if "auc" in figures:
        figures["average_precision"] = float(average_precision_score(label, probability))
    return figures


def brief_metrics(label: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """For a part of the rows: log_loss, mean_probability and, where both classes occur, auc."""
    figures = {
        "log_loss": float(log_losses(label, probability).mean()),
        "mean_probability": float(probability.mean()),
    }
    if 0 < label.sum() < len(label):
        figures["auc"] = float(roc_auc_score(label, probability))
    return figures
