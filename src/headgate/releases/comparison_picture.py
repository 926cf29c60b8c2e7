"""The picture of a comparison: each trial's log loss beside the incumbent's, with its interval."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from headgate.releases.drawing import CANDIDATE_INK, FAINT, OTHER_INKS

INCHES_A_LINE = 0.26


def comparison_picture(comparison: dict[str, Any]) -> Figure:
    """Differences of log loss to the incumbent, best on top; of baselines where there is no other trial."""
    compared = [entry for entry in comparison["entries"] if entry["differences"]]
    shown = [entry for entry in compared if entry["algorithm"] is not None] or compared
    figure = Figure(figsize=(7.0, 1.3 + INCHES_A_LINE * len(shown)), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.axvline(0, color=FAINT, linewidth=1, linestyle="--")
    for place, entry in enumerate(shown):
        found = entry["differences"]["log_loss"]
        ink = CANDIDATE_INK if found["high"] < 0 else OTHER_INKS[0] if found["low"] > 0 else OTHER_INKS[1]
        axes.plot([found["low"], found["high"]], [place, place], color=ink, linewidth=1.6)
        axes.plot([found["mean"]], [place], color=ink, marker="o", markersize=4.5)
    axes.set_yticks(range(len(shown)), [entry["trial"] for entry in shown], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlabel("log loss minus the incumbent's, 95 % by day (left is better)", fontsize=9)
    axes.set_title(
        f"{comparison['pipeline']}: {comparison['rows']:,} rows of {comparison['days']} days in "
        f"{len(comparison['folds'])} folds",
        fontsize=10,
    )
    return figure
