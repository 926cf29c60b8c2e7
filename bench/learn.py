"""What keeping a model up to date is worth, and what it costs: ways to learn side by side on real flights.

Prequential: at each update a method learns the labelled examples of the window as the platform would (cohorts
that are old enough, labels that were known), then scores the hours until the next update, which it has never
seen. A cell is a method, a cadence and a seed; each of its days is kept in the state folder when it is
scored, so what is interrupted goes on from there. Figures pool 7-day blocks; intervals resample whole days.

- `ring`: the bundled pipeline's incremental forest, updated by what changed; `static`: never updated
- `full`: a plain forest on the whole window; `subsample`: the same with `rows_per_tree` = the ring's share
- `window`: a plain forest on as many of the last days as a group of the ring has
- `warm_start`: scikit-learn, a tenth of the trees added each time; `river`: River's adaptive random forest

`flipped` turns the label around from the middle of the span on: how soon does a method recover? `synthetic`
measures one update with one dirty slot beside full fits on so many rows made of the real ones.
"""

from __future__ import annotations

import importlib.util
import json
import runpy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession
from rich.console import Console
from rich.table import Table

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.auc_bootstrap import auc_difference
from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.feature_schema import features_of
from headgate.learning.metrics import brief_metrics, log_losses
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import REPOSITORY, Settings
from headgate.stack.local_spark import local_spark

METHODS = runpy.run_path(str(REPOSITORY / "bench" / "learn_methods.py"))
EXAMPLES = runpy.run_path(str(REPOSITORY / "bench" / "real_examples.py"))
NAMES = ("ring", "full", "subsample", "window", "static", "warm_start", "river")
REMEMBERS = ("warm_start", "river")
"""Methods whose model depends on every update before; the others are the same when begun anew."""
REFERENCE = "full"
FIRST = pd.Timestamp("2013-02-03 23:00")
"""The first update; the window before it is full. The cohorts of the hours up to 23:00 lie within one day, so
a day between two updates makes one slot of the ring dirty."""
Rows = pd.DataFrame
Figures = dict[str, Any]


@dataclass(frozen=True)
class Cell:
    """A method at a cadence (hours between updates) with a seed."""

    method: str
    hours: int
    seed: int
    flipped: bool = False

    @property
    def name(self) -> str:
        """Its folder below the state folder."""
        return f"{self.method}-{self.hours}h-{self.seed}{'-flipped' if self.flipped else ''}"


def measure(
    settings: Settings,
    *,
    days: int,
    hours: int,
    seeds: int,
    methods: Sequence[str],
    flipped: bool,
    synthetic: int,
) -> Path:
    """Run what is missing of the cells, print the figures and return the file with all of them."""
    loaded = load_pipeline(settings, EXAMPLES["PIPELINE"])
    folder = settings.home / "bench" / "learn"
    examples = EXAMPLES["real_examples"](settings, loaded, folder)
    model = loaded.spec.model
    assert model is not None
    spark = local_spark(folder, "headgate bench learn")
    path = folder / "figures.json"
    figures: Figures = json.loads(path.read_text()) if path.is_file() else {}
    if synthetic:
        figures[f"synthetic {synthetic}"] = synthetic_seconds(spark, loaded, examples, folder, synthetic)
    cells = [Cell(name, hours, model.seed + n, flipped) for n in range(seeds) for name in methods]
    for cell in cells:
        if cell.method == "river" and importlib.util.find_spec("river") is None:
            print("river is left out: it is not installed (bench/requirements.txt)")
            continue
        run_cell(spark, loaded, examples, folder / "cells" / cell.name, cell, days)
    done = {cell: scored_days(folder / "cells" / cell.name, days) for cell in cells}
    figures[f"{hours} h, {days} days{', flipped' if flipped else ''}"] = figures_of(done)
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    show(figures_of(done), path)
    return path


def run_cell(
    spark: SparkSession, loaded: LoadedPipeline, examples: Rows, folder: Path, cell: Cell, days: int
) -> None:
    """Update and score day by day; days that are there already are left as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [day for day in range(days) if not (folder / f"{day:03d}.parquet").is_file()]
    if not missing:
        return
    first = 0 if cell.method in REMEMBERS or cell.method == "static" else missing[0]
    method = METHODS["method_named"](cell.method, spark, task_of(loaded, folder, cell.seed))
    labelled = flipped_after(examples, days) if cell.flipped else examples
    before: Rows | None = None
    for day in range(first, days):
        scored = []
        for hour in range(0, 24, cell.hours):
            now = FIRST + pd.Timedelta(days=day, hours=hour)
            window = known_window(labelled, loaded, now)
            update = None
            if before is None or cell.method != "static":
                changed = changed_days(before, window)
                update = method.update(window, changed)
            ahead = labelled[(labelled["as_of"] > now) & (labelled["as_of"] <= now + cadence(cell))]
            kept = ahead[["flight_id", "as_of", "late"]].assign(score=method.scores(ahead))
            # the first update of a process fits everything: it is no update
            told = update is not None and before is not None
            scored.append(kept.assign(**_told(update if told else None)))
            before = window
        if day in missing:
            path = folder / f"{day:03d}.parquet"
            pd.concat(scored).to_parquet(path.with_suffix(".part"), index=False)
            path.with_suffix(".part").rename(path)


def _told(update: Any) -> dict[str, float]:
    if update is None:
        return {"seconds": np.nan, "work": np.nan}
    return {"seconds": update.seconds, "work": float(update.work)}


def cadence(cell: Cell) -> pd.Timedelta:
    """The time between two updates."""
    return pd.Timedelta(hours=cell.hours)


def task_of(loaded: LoadedPipeline, folder: Path, seed: int) -> LearningTask:
    """The bundled pipeline's recipe with another seed."""
    model, examples = loaded.spec.model, loaded.spec.examples
    assert model is not None and examples is not None
    key = [*examples.entity, examples.as_of]
    scratch = str(folder.parent / f"scratch-{folder.name}")
    return LearningTask(features_of(model), examples.label, key, model.parameters, seed, scratch)


def known_window(examples: Rows, loaded: LoadedPipeline, now: pd.Timestamp) -> Rows:
    """What a candidate at `now` learns from: the window up to the embargo, with labels that are known."""
    assert loaded.spec.model is not None and loaded.spec.promotion is not None
    end = now - _span(loaded.spec.promotion.embargo_from)
    within = (examples["as_of"] > end - _span(loaded.spec.model.window)) & (examples["as_of"] <= end)
    return examples[within & examples["late"].notna() & (examples["label_known_at"] <= now)]


def _span(span: timedelta) -> pd.Timedelta:
    return pd.Timedelta(span)


def changed_days(before: Rows | None, now: Rows) -> list[int]:
    """The days, counted since 1970, of rows that came to the window or left it."""
    if before is None:
        return []
    gone = before[~before["flight_id"].isin(now["flight_id"])]
    come = now[~now["flight_id"].isin(before["flight_id"])]
    return sorted(set(METHODS["day_numbers"](pd.concat([gone["as_of"], come["as_of"]])).tolist()))


def flipped_after(examples: Rows, days: int) -> Rows:
    """The examples with the label turned around for as-of times from the middle of the span on."""
    later = examples["as_of"] > FIRST + pd.Timedelta(days=days // 2)
    return examples.assign(late=examples["late"].where(~later, 1 - examples["late"]))


def scored_days(folder: Path, days: int) -> Rows | None:
    """The rows of all scored days of a cell with their `day`; None where days are missing."""
    paths = [folder / f"{day:03d}.parquet" for day in range(days)]
    if not all(path.is_file() for path in paths):
        return None
    return pd.concat(
        [pd.read_parquet(path).assign(day=day) for day, path in enumerate(paths)], ignore_index=True
    )


def figures_of(done: dict[Cell, Rows | None]) -> list[Figures]:
    """Per method the figures of all its seeds: scores of the seeds are averaged row by row for the intervals.

    `auc` and `log_loss` are the means over the seeds, `auc_spread` the largest minus the smallest; `blocks`
    the AUC of each 7 days; `auc_gap`, `log_loss_gap` the reference's AUC minus the method's, and the method's
    log loss minus the reference's, with day-block intervals; `seconds` and `work` the medians of an update,
    `flat` the median seconds of the last third of the days by those of the first.
    """
    by_method: dict[str, list[Rows]] = {}
    for cell, rows in done.items():
        if rows is not None:
            known = rows[rows["late"].notna()].sort_values(["as_of", "flight_id"], ignore_index=True)
            by_method.setdefault(cell.method, []).append(known)
    reference = by_method.get(REFERENCE)
    return [_figures(method, seeds, reference) for method, seeds in by_method.items()]


def _figures(method: str, seeds: list[Rows], reference: list[Rows] | None) -> Figures:
    rows = seeds[0]
    label, day = rows["late"].to_numpy(np.float64), rows["day"].to_numpy(np.int64)
    each = [brief_metrics(label, seed["score"].to_numpy(np.float64)) for seed in seeds]
    aucs = [found["auc"] for found in each]
    found: Figures = {
        "method": method,
        "seeds": len(seeds),
        "rows": len(rows),
        "auc": float(np.mean(aucs)),
        "auc_spread": float(max(aucs) - min(aucs)),
        "log_loss": float(np.mean([one["log_loss"] for one in each])),
        "blocks": [
            float(np.mean([_auc(label[block], seed["score"].to_numpy(np.float64)[block]) for seed in seeds]))
            for block in (day // 7 == number for number in np.unique(day // 7))
        ],
    }
    if reference is not None and method != REFERENCE and len(reference[0]) == len(rows):
        own, other = (np.mean([s["score"] for s in which], axis=0) for which in (seeds, reference))
        auc = auc_difference(label, other, own, day, 1)
        loss = block_bootstrap(log_losses(label, own) - log_losses(label, other), day, 1)
        found |= {"auc_gap": vars(auc), "log_loss_gap": vars(loss)}
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
    return found


def _auc(label: np.ndarray, score: np.ndarray) -> float:
    return brief_metrics(label, score).get("auc", float("nan"))


def synthetic_seconds(
    spark: SparkSession, loaded: LoadedPipeline, examples: Rows, folder: Path, rows: int
) -> Figures:
    """Seconds and work on so many rows: real ones of one window, under new ids, with noise on numbers."""
    now = FIRST + pd.Timedelta(days=7)
    window = known_window(examples, loaded, now)
    task = task_of(loaded, folder / "synthetic", 1)
    draw = np.random.default_rng(1)
    copies = []
    for number in range(-(-rows // len(window))):
        copy = window.assign(flight_id=window["flight_id"] + f"/{number}")
        for name, words in task.features:
            if words is None:
                copy[name] = copy[name].astype(float) + draw.normal(0, 0.01, len(copy))
        copies.append(copy)
    many = pd.concat(copies, ignore_index=True).iloc[:rows]
    newest = int(METHODS["day_numbers"](many["as_of"]).max())
    found: Figures = {"rows": len(many)}
    ring = METHODS["method_named"]("ring", spark, task)
    for name, days in (("ring, all groups", []), ("ring, one dirty slot", [newest])):
        found[name] = vars(ring.update(many, days))
    found["full"] = vars(METHODS["method_named"]("full", spark, task).update(many, []))
    return found


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
)


def lines(figures: list[Figures]) -> Iterator[tuple[str, ...]]:
    """The cells of the table, one line a method."""
    works = [found["work"] for found in figures if found["method"] == REFERENCE and "work" in found]
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
        )


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
    console.print(
        f"work: rows x trees of an update, beside `{REFERENCE}`; all figures: {path}", soft_wrap=True
    )
