"""The pictures of the details: what features are worth, how days differ, where a candidate is better."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from matplotlib.figure import Figure

from headgate.learning.evaluation import CANDIDATE
from headgate.releases.drawing import CANDIDATE_INK, FAINT, OTHER_INKS, empty, inks

MOST_FEATURES = 20
LONGEST_TEXT = 24


def importance_figure(found: dict[str, Any]) -> Figure:
    """Bars of the most important features, with the spread over permutations."""
    features = found["features"][:MOST_FEATURES][::-1]
    figure, axes = empty(height=max(2.4, 0.25 * len(features) + 1.1))
    axes.barh(
        range(len(features)),
        [feature["mean"] for feature in features],
        xerr=[feature["spread"] for feature in features],
        color=CANDIDATE_INK,
        ecolor=OTHER_INKS[1],
        height=0.65,
    )
    axes.axvline(0, color=FAINT, linewidth=1)
    axes.margins(y=0.02)
    axes.set_yticks(range(len(features)), [_shown(feature["name"]) for feature in features], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set(xlabel="log loss more when shuffled", title="Importance")
    return figure


def by_day_figure(days: list[dict[str, Any]]) -> Figure:
    """Log loss and AUC of every score over the days."""
    figure = Figure(figsize=(8.0, 4.6), dpi=110, layout="constrained")
    panels = figure.subplots(2, 1, sharex=True)
    names = [name for name, found in days[0]["scores"].items() if "log_loss" in found]
    for axes, key, said in zip(panels, ("log_loss", "auc"), ("log loss", "AUC"), strict=True):
        axes.spines[["top", "right"]].set_visible(False)
        for ink, name in zip(inks(names), names, strict=True):
            values = [day["scores"][name].get(key, float("nan")) for day in days]
            axes.plot(
                range(len(days)),
                values,
                color=ink,
                marker="o",
                markersize=3,
                linewidth=2 if name == CANDIDATE else 1.2,
                label=name,
            )
        axes.set_ylabel(said)
    panels[1].set_xticks(
        range(len(days)), [f"{datetime.fromisoformat(day['start']):%d %b %Hh}" for day in days], fontsize=8
    )
    figure.suptitle("By day")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, fontsize=8, ncols=len(names), loc="outside lower center")
    return figure


def slices_figure(found: dict[str, Any]) -> Figure:
    """The candidate's log loss minus that of the score `against`, with its interval, slice by slice."""
    lines = [
        (column, part)
        for column, parts in found["columns"].items()
        for part in parts
        if part["difference"] is not None
    ][::-1]
    figure, axes = empty(width=8.0, height=max(2.4, 0.2 * len(lines) + 1.2))
    for place, (_, part) in enumerate(lines):
        interval = part["difference"]
        axes.plot([interval["low"], interval["high"]], [place, place], color=OTHER_INKS[1], linewidth=1.4)
        axes.plot(interval["mean"], place, color=CANDIDATE_INK, marker="o", markersize=4)
    axes.axvline(0, color=FAINT, linewidth=1)
    axes.set_yticks(
        range(len(lines)), [f"{column}: {_shown(part['value'])}" for column, part in lines], fontsize=8
    )
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.7, len(lines) - 0.3)
    axes.set(
        xlabel=f"log loss minus that of {found['against']}, 95 % interval; left of zero is better",
        title="Slices",
    )
    return figure


def _shown(value: str | None) -> str:
    if value is None:
        return "missing"
    plain = "".join(character if character.isprintable() else "·" for character in value)
    return plain if len(plain) <= LONGEST_TEXT else f"{plain[: LONGEST_TEXT - 1]}…"
