"""The figures of a comparison: every trial and baseline on the pooled test days, beside the incumbent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from headgate.learning.auc_bootstrap import auc_difference
from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.cohorts import range_as_json
from headgate.learning.comparison.labelled_folds import FoldRows
from headgate.learning.comparison.trials import Trial
from headgate.learning.evaluation import blocks_in
from headgate.learning.metrics import log_losses, metrics
from headgate.spec.pipeline import INCUMBENT, Examples


def figures_of_trials(
    folds: Sequence[FoldRows], trials: Sequence[Trial], examples: Examples, seed: int
) -> dict[str, Any]:
    """The comparison as plain values.

    `rows`, `positives` and `days` of all test blocks; `folds` with ranges, rows and positives; `entries` in
    the order of their log loss, one a trial or baseline. An entry has `trial` (its name), `figures` (metrics
    of the predictions of all folds, pooled, and `auc_by_fold`), `folds` (metrics of each) and, but for the
    incumbent, `differences` to it: `log_loss` and, where both labels occur, `auc` (pooled), each with `mean`,
    `low`, `high` and `blocks`, an interval over whole days. A trial also has `algorithm`, `given`,
    `parameters`, `seconds` and `seconds_by_fold`; a baseline has null as `algorithm` and `seconds`.

    `auc_by_fold` is the mean of the folds' AUCs, weighed by rows. The pooled one also compares rows of
    different folds, whose scores come from different models, so the base rate may have any value there but
    0.5 (Forman and Scholz, Apples-to-Apples in Cross-Validation Studies, SIGKDD Explorations 12, 2010).
    """
    as_of = pd.concat([fold.test[examples.as_of] for fold in folds], ignore_index=True)
    days = blocks_in(as_of, folds[-1].fold.test, "day")
    labels = [_label(fold, examples) for fold in folds]
    incumbent = np.concatenate([fold.scores[INCUMBENT] for fold in folds])
    entries: list[dict[str, Any]] = []
    for name in folds[0].baselines:
        judged = _judged(labels, [fold.baselines[name] for fold in folds], incumbent, days, seed)
        entries.append({"trial": name, "algorithm": None, "seconds": None, **judged})
    for trial in trials:
        seconds = [fold.seconds[trial.name] for fold in folds]
        judged = _judged(labels, [fold.scores[trial.name] for fold in folds], incumbent, days, seed)
        if trial.name == INCUMBENT:
            judged["differences"] = {}
        timed = {"seconds": sum(seconds), "seconds_by_fold": seconds}
        entries.append({**trial.as_json(), **timed, **judged})
    return {
        "rows": sum(len(label) for label in labels),
        "positives": int(sum(label.sum() for label in labels)),
        "days": len(np.unique(days)),
        "folds": [_described(fold, examples) for fold in folds],
        "entries": sorted(entries, key=lambda entry: entry["figures"]["log_loss"]),
    }


def _label(fold: FoldRows, examples: Examples) -> np.ndarray:
    return fold.test[examples.label].to_numpy(np.float64)


def _judged(
    labels: Sequence[np.ndarray],
    scores: Sequence[np.ndarray],
    incumbent: np.ndarray,
    days: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    label, score = np.concatenate(labels), np.concatenate(scores)
    losses = log_losses(label, score) - log_losses(label, incumbent)
    differences = {"log_loss": asdict(block_bootstrap(losses, days, seed))}
    if 0 < label.sum() < len(label):
        differences["auc"] = asdict(auc_difference(label, score, incumbent, days, seed))
    folds = [metrics(*fold) for fold in zip(labels, scores, strict=True)]
    figures = metrics(label, score)
    ranked = [(fold["auc"], len(own)) for fold, own in zip(folds, labels, strict=True) if "auc" in fold]
    if ranked:
        values, rows = zip(*ranked, strict=True)
        figures["auc_by_fold"] = float(np.average(values, weights=rows))
    return {"figures": figures, "folds": folds, "differences": differences}


def _described(fold: FoldRows, examples: Examples) -> dict[str, Any]:
    training = {
        **range_as_json(fold.fold.training),
        "rows": fold.training_rows,
        "positives": fold.training_positives,
    }
    positives = int(fold.test[examples.label].sum())
    return {
        "training": training,
        "test": {**range_as_json(fold.fold.test), "rows": len(fold.test), "positives": positives},
    }
