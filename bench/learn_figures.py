"""The figures of `headgate bench learn`: how good each way to learn is, and what its updates cost.

Figures pool 7-day blocks; intervals resample whole days (source: headgate.learning.block_bootstrap).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from headgate.learning.auc_bootstrap import auc_difference, auc_interval
from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.metrics import brief_metrics, log_losses

Rows = pd.DataFrame
Figures = dict[str, Any]
SEED = 1
SMOOTHED = 3
"""Days that are pooled to say whether a method has recovered: the AUC of a single day is noisy."""
RECOVERED = 0.02
"""A method has recovered when its AUC is that near to what it was before the flip."""


def figures_of(
    cells: dict[str, list[Rows]], reference: list[Rows] | None, flip: int | None = None
) -> list[Figures]:
    """Per method the figures of all its seeds: scores of the seeds are averaged row by row for the intervals.

    `auc` and `log_loss` are the means over the seeds, `auc_spread` the largest minus the smallest;
    `intervals` those of the averaged scores; `blocks` both for each 7 days; `auc_gap`, `log_loss_gap` the
    reference's AUC minus the method's, and the method's log loss minus the reference's, with day-block
    intervals, on the rows that both have scored; `seconds` and `work` the medians of an update, `flat` the
    median seconds of the last third of the days by those of the first. `recovered` is how many days after
    `flip`, the first day with labels turned around, the AUC was back; None where it was not.
    """
    against = None if reference is None else _averaged([_known(seed) for seed in reference])
    return [
        _figures(method, [_known(seed) for seed in seeds], against, flip) for method, seeds in cells.items()
    ]


def _known(rows: Rows) -> Rows:
    return rows[rows["late"].notna()].sort_values(["as_of", "flight_id"], ignore_index=True)


def _averaged(seeds: list[Rows]) -> Rows:
    """The rows with the mean of the seeds' scores."""
    return seeds[0].assign(score=np.mean([seed["score"] for seed in seeds], axis=0))


def _figures(method: str, seeds: list[Rows], reference: Rows | None, flip: int | None) -> Figures:
    rows = _averaged(seeds)
    label, day = rows["late"].to_numpy(np.float64), rows["day"].to_numpy(np.int64)
    score = rows["score"].to_numpy(np.float64)
    each = [brief_metrics(label, seed["score"].to_numpy(np.float64)) for seed in seeds]
    aucs = [found["auc"] for found in each]
    found: Figures = {
        "method": method,
        "seeds": len(seeds),
        "rows": len(rows),
        "auc": float(np.mean(aucs)),
        "auc_spread": float(max(aucs) - min(aucs)),
        "log_loss": float(np.mean([one["log_loss"] for one in each])),
        "intervals": {
            "auc": vars(auc_interval(label, score, day, SEED)),
            "log_loss": vars(block_bootstrap(log_losses(label, score), day, SEED)),
        },
        "blocks": [_block(seeds, day // 7 == number) for number in np.unique(day // 7)],
    }
    if reference is not None:
        found |= _gaps(rows, reference)
    updates = pd.concat(seeds).groupby(["day", "seconds"], as_index=False)["work"].first()
    if len(updates):
        thirds = np.quantile(updates["day"], [1 / 3, 2 / 3])
        early = updates.loc[updates["day"] <= thirds[0], "seconds"].median()
        late = updates.loc[updates["day"] >= thirds[1], "seconds"].median()
        found |= {
            "seconds": float(updates["seconds"].median()),
            "work": float(updates["work"].median()),
            "flat": float(late / early),
        }
    if flip is not None:
        found["recovered"] = recovered_after(label, score, day, flip)
    return found


def _gaps(rows: Rows, reference: Rows) -> Figures:
    """The gaps to the reference on common rows; none to itself."""
    key = ["as_of", "flight_id"]
    both = rows.merge(reference[[*key, "score"]], on=key, suffixes=("", "_of_reference"))
    own, other = both["score"].to_numpy(np.float64), both["score_of_reference"].to_numpy(np.float64)
    if np.array_equal(own, other):
        return {}
    label, day = both["late"].to_numpy(np.float64), both["day"].to_numpy(np.int64)
    auc = auc_difference(label, other, own, day, SEED)
    loss = block_bootstrap(log_losses(label, own) - log_losses(label, other), day, SEED)
    return {"auc_gap": vars(auc), "log_loss_gap": vars(loss)}


def _block(seeds: list[Rows], inside: np.ndarray) -> dict[str, float]:
    found = [_metrics(seed[inside]) for seed in seeds]
    return {name: float(np.mean([one[name] for one in found])) for name in ("auc", "log_loss")}


def _metrics(rows: Rows) -> dict[str, float]:
    label, score = (rows[name].to_numpy(np.float64) for name in ("late", "score"))
    return {"auc": float("nan"), **brief_metrics(label, score)}


def recovered_after(label: np.ndarray, score: np.ndarray, day: np.ndarray, flip: int) -> int | None:
    """Days from the flip to the end of the first few whose pooled AUC is near that of the days before it."""
    before = brief_metrics(label[day < flip], score[day < flip])["auc"]
    for first in range(flip, int(day.max()) - SMOOTHED + 2):
        inside = (day >= first) & (day < first + SMOOTHED)
        if brief_metrics(label[inside], score[inside]).get("auc", 0.0) >= before - RECOVERED:
            return first + SMOOTHED - flip
    return None


HEADINGS = (
    "method",
    "seeds",
    "AUC",
    "log loss",
    "AUC gap",
    "95 %",
    "log loss gap",
    "95 % ",
    "s",
    "work",
    "flat",
    "recovered",
)


def lines(figures: list[Figures]) -> Iterator[tuple[str, ...]]:
    """The cells of the table, one line a method; work is by that of the full fit, where there is one."""
    works = [found["work"] for found in figures if found["method"] == "full" and "work" in found]
    for found in figures:
        auc, loss = found.get("auc_gap"), found.get("log_loss_gap")
        yield (
            found["method"],
            str(found["seeds"]),
            f"{found['auc']:.4f}",
            f"{found['log_loss']:.4f}",
            f"{auc['mean']:+.4f}" if auc else "",
            f"{auc['low']:+.4f} to {auc['high']:+.4f}" if auc else "",
            f"{loss['mean']:+.4f}" if loss else "",
            f"{loss['low']:+.4f} to {loss['high']:+.4f}" if loss else "",
            f"{found['seconds']:.1f}" if "seconds" in found else "",
            f"{found['work'] / works[0]:.2f}" if works and "work" in found else "",
            f"{found['flat']:.2f}" if "flat" in found else "",
            _days(found["recovered"]) if "recovered" in found else "",
        )


def _days(days: int | None) -> str:
    return "never" if days is None else f"{days} days"


def show(figures: list[Figures], path: Path) -> None:
    """Print the table and keep it as Markdown."""
    count = max((found["rows"] for found in figures), default=0)
    table = Table(*HEADINGS, title=f"{count:,} rows, each scored before its label was known")
    for line in lines(figures):
        table.add_row(*line)
    rows = [" | ".join(line) for line in (HEADINGS, *lines(figures))]
    divided = [rows[0], "|".join(["---"] * len(HEADINGS)), *rows[1:]]
    path.with_suffix(".md").write_text("".join(f"| {row} |\n" for row in divided), encoding="utf-8")
    console = Console(highlight=False)
    console.print(table)
    console.print(f"work: rows x trees of an update, beside `full`; all figures: {path}", soft_wrap=True)
