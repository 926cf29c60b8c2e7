"""The pictures of an evaluation: ROC, precision-recall, calibration, confusion matrix in money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from headgate.learning.evaluation import CANDIDATE

CANDIDATE_INK = "#1f5fa8"
OTHER_INKS = ("#c4622d", "#7a7a7a", "#a8a8a8", "#4f8f5b")
FAINT = "#c9c9c9"


def figures(label: np.ndarray, scores: Mapping[str, np.ndarray], result: dict[str, Any]) -> dict[str, Figure]:
    """Figures by file name; without both labels there is nothing to draw."""
    if not 0 < label.sum() < len(label):
        return {}
    drawn = {
        "roc.png": _curves(label, scores, result, "roc"),
        "precision_recall.png": _curves(label, scores, result, "precision_recall"),
        "calibration.png": _calibration(result),
    }
    if result["money"]:
        drawn["confusion_in_money.png"] = _confusion(result["money"][CANDIDATE], result["rows"])
    return drawn


def _curves(label: np.ndarray, scores: Mapping[str, np.ndarray], result: dict[str, Any], kind: str) -> Figure:
    figure, axes = _empty()
    for ink, (name, probability) in zip(_inks(scores), scores.items(), strict=True):
        if kind == "roc":
            across, up, _ = roc_curve(label, probability)
            figure_of_merit = f"{name}, area {result['figures'][name]['auc']:.3f}"
        else:
            up, across, _ = precision_recall_curve(label, probability)
            figure_of_merit = f"{name}, average precision {result['figures'][name]['average_precision']:.3f}"
        axes.plot(across, up, color=ink, linewidth=2 if name == CANDIDATE else 1.2, label=figure_of_merit)
    if kind == "roc":
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
        axes.set(xlabel="false positive rate", ylabel="true positive rate", title=_title("ROC", result))
    else:
        axes.axhline(result["positives"] / result["rows"], color=FAINT, linewidth=1, linestyle="--")
        axes.set(xlabel="recall", ylabel="precision", title=_title("Precision and recall", result))
    axes.set(xlim=(0, 1), ylim=(0, 1.01))
    axes.legend(frameon=False, fontsize=8, loc="lower right" if kind == "roc" else "upper right")
    return figure


def _calibration(result: dict[str, Any]) -> Figure:
    figure, axes = _empty()
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
    names = [name for name, bins in result["calibration"].items() if len(bins) > 1]
    for ink, name in zip(_inks(names), names, strict=True):
        bins = result["calibration"][name]
        text = f"{name}, error {result['figures'][name]['calibration_error']:.3f}"
        across, up = [entry["probability"] for entry in bins], [entry["share"] for entry in bins]
        axes.plot(
            across,
            up,
            color=ink,
            marker="o",
            markersize=4,
            linewidth=2 if name == CANDIDATE else 1.2,
            label=text,
        )
    axes.set(
        xlabel="predicted probability", ylabel="share that came true", title=_title("Calibration", result)
    )
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def _confusion(money: dict[str, Any], rows: int) -> Figure:
    figure, axes = _empty()
    cells = [["true_negative", "false_positive"], ["false_negative", "true_positive"]]
    cost = np.array([[money["cost"][name] for name in line] for line in cells], dtype=float)
    axes.imshow(cost, cmap="OrRd", vmin=0, vmax=float(cost.max()) or 1.0)
    for down, line in enumerate(cells):
        for across, name in enumerate(line):
            rows_and_cost = f"{money['counts'][name]:,} rows\n{cost[down, across]:,.0f} {money['currency']}"
            text = f"{name.replace('_', ' ')}\n{rows_and_cost}"
            dark = cost[down, across] > 0.6 * cost.max()
            axes.text(
                across, down, text, ha="center", va="center", fontsize=9, color="white" if dark else "black"
            )
    axes.set_xticks([0, 1], ["do not act", "act"])
    axes.set_yticks([0, 1], ["negative", "positive"])
    axes.set_title(
        f"Money at p* = {money['threshold']:.3f}, {rows:,} rows; per 1,000: {money['per_thousand']:,.0f}\n"
        f"never act {money['never_act_per_thousand']:,.0f}, "
        f"always act {money['always_act_per_thousand']:,.0f} ({money['currency']})",
        fontsize=10,
    )
    return figure


def _empty() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.2, 4.6), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _inks(names: Any) -> list[str]:
    others = iter(OTHER_INKS * (len(names) // len(OTHER_INKS) + 1))
    return [CANDIDATE_INK if name == CANDIDATE else next(others) for name in names]


def _title(what: str, result: dict[str, Any]) -> str:
    return f"{what}: {result['rows']:,} rows, model {result['model']}"
