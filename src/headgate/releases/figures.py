"""The pictures of an evaluation: ROC, precision-recall, calibration, confusion matrix in money, details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from headgate.learning.evaluation import CANDIDATE
from headgate.releases.detail_figures import by_day_figure, importance_figure, slices_figure
from headgate.releases.drawing import FAINT, empty, inks


def figures(label: np.ndarray, scores: Mapping[str, np.ndarray], result: dict[str, Any]) -> dict[str, Figure]:
    """Figures by file name. Without both labels there are none; days and slices only where there are several
    days, and slices with an interval."""
    if not 0 < label.sum() < len(label):
        return {}
    with mpl.rc_context({"text.parse_math": False}):  # values of the data are no formulas
        drawn = {
            "roc.png": _curves(label, scores, result, "roc"),
            "precision_recall.png": _curves(label, scores, result, "precision_recall"),
            "calibration.png": _calibration(result),
            "importance.png": importance_figure(result["importance"]),
        }
        if result["money"]:
            drawn["confusion_in_money.png"] = _confusion(result["money"][CANDIDATE], result["rows"])
        if len(result["by_day"]) > 1:
            drawn["by_day.png"] = by_day_figure(result["by_day"])
        if any(part["difference"] for parts in result["slices"]["columns"].values() for part in parts):
            drawn["slices.png"] = slices_figure(result["slices"])
    return drawn


def _curves(label: np.ndarray, scores: Mapping[str, np.ndarray], result: dict[str, Any], kind: str) -> Figure:
    figure, axes = empty()
    for ink, (name, probability) in zip(inks(scores), scores.items(), strict=True):
        if kind == "roc":
            across, up, _ = roc_curve(label, probability)
            figure_of_merit = f"{name}, area {result['figures'][name]['auc']:.3f}"
        else:
            up, across, _ = precision_recall_curve(label, probability)
            figure_of_merit = f"{name}, average precision {result['figures'][name]['average_precision']:.3f}"
        axes.plot(
            across,
            up,
            color=ink,
            drawstyle="default" if kind == "roc" else "steps-post",
            linewidth=2 if name == CANDIDATE else 1.2,
            label=figure_of_merit,
        )
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
    figure, axes = empty()
    axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
    names = [name for name, bins in result["calibration"].items() if len(bins) > 1]
    for ink, name in zip(inks(names), names, strict=True):
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
    figure, axes = empty()
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


def _title(what: str, result: dict[str, Any]) -> str:
    return f"{what}: {result['rows']:,} rows, model {result['model']}"
