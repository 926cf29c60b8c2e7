"""What each feature is worth to a model: how much worse it scores when the feature's values are shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from headgate.learning.metrics import log_losses
from headgate.learning.scoring.scorer import Scorer

PERMUTATIONS = 5
SCORED_ROWS = 60_000
"""The most rows that are scored for it, over all features and permutations: about two seconds for 100 trees
of depth 12. Where there are more, a sample of the judged rows is taken."""


def importance(
    label: np.ndarray, matrix: np.ndarray, names: Sequence[str], score: Scorer, seed: int
) -> dict[str, Any]:
    """Permutation importance on encoded rows, for any model.

    Returns `rows` (sampled), `of` (given), `permutations`, and per feature, the most important first, its
    `name`, the `mean` increase of log loss over the permutations and its `spread` (standard deviation).
    Features that tell the same share their importance. Source: Breiman, Random Forests, 2001; for any model,
    Fisher, Rudin and Dominici, All Models are Wrong, but Many are Useful, 2019.
    """
    rows = min(len(label), max(1, SCORED_ROWS // (PERMUTATIONS * len(names))))
    told: dict[str, Any] = {"rows": rows, "of": len(label), "permutations": PERMUTATIONS, "features": []}
    if rows == 0:
        return told
    chosen = np.sort(np.random.default_rng(seed).choice(len(label), rows, replace=False))
    truth, given = label[chosen], matrix[chosen]
    before = log_losses(truth, score(given)).mean()
    for place, name in enumerate(names):
        draw = np.random.default_rng([seed, place])
        shuffled = np.tile(given, (PERMUTATIONS, 1))
        shuffled[:, place] = np.concatenate([draw.permutation(given[:, place]) for _ in range(PERMUTATIONS)])
        losses = log_losses(np.tile(truth, PERMUTATIONS), score(shuffled))
        increases = losses.reshape(PERMUTATIONS, rows).mean(axis=1) - before
        told["features"].append(
            {"name": name, "mean": float(increases.mean()), "spread": float(increases.std(ddof=1))}
        )
    told["features"].sort(key=lambda feature: -feature["mean"])
    return told
