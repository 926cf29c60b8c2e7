"""What keeping a model up to date is worth, and what it costs: ways to learn side by side on real flights.

Prequential: at each update a method learns the labelled examples of the window as the platform would (cohorts
that are old enough, labels that were known), then scores the hours until the next update, which it has never
seen. A cell is a method, a cadence and a seed; each of its days is kept in the state folder when it is
scored, so what is interrupted goes on from there, and the figures are those of all that was ever scored at a
cadence (`learn_figures.py`).

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
import re
import runpy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession

from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.feature_schema import features_of
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import REPOSITORY, Settings
from headgate.stack.local_spark import local_spark

FIGURES = runpy.run_path(str(REPOSITORY / "bench" / "learn_figures.py"))
METHODS = runpy.run_path(str(REPOSITORY / "bench" / "learn_methods.py"))
EXAMPLES = runpy.run_path(str(REPOSITORY / "bench" / "real_examples.py"))
NAMES = ("ring", "full", "subsample", "window", "static", "warm_start", "river")
REMEMBERS = ("warm_start", "river")
"""Methods whose model depends on every update before; the others are the same when begun anew."""
REFERENCE = "full"
DAILY = 24
"""The cadence, in hours, of the reference of all cadences: a full fit each hour is a thousand of them."""
REPEATS = 3
"""Fits of a kind on synthetic rows."""
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
    done = kept_cells(folder / "cells", hours, days, flipped=flipped)
    daily = done if hours == DAILY else kept_cells(folder / "cells", DAILY, days, flipped=flipped)
    found = FIGURES["figures_of"](done, daily.get(REFERENCE), days // 2 if flipped else None)
    figures[f"{hours} h, {days} days{', flipped' if flipped else ''}"] = found
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    FIGURES["show"](found, path)
    return path


def kept_cells(folder: Path, hours: int, days: int, *, flipped: bool) -> dict[str, list[Rows]]:
    """The rows of every cell whose days are all scored, by method: one entry a seed, of whichever run."""
    cells: dict[str, list[Rows]] = {}
    for method in NAMES:
        pattern = re.compile(rf"{method}-{hours}h-\d+{'-flipped' if flipped else ''}")
        for cell in sorted(folder.glob("*")):
            rows = scored_days(cell, days) if pattern.fullmatch(cell.name) else None
            if rows is not None:
                cells.setdefault(method, []).append(rows)
    return cells


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


def synthetic_seconds(
    spark: SparkSession, loaded: LoadedPipeline, examples: Rows, folder: Path, rows: int
) -> Figures:
    """Seconds and work on so many rows: real ones of one window, under new ids, with noise on numbers.

    `ratio` is one dirty slot of the ring by the full fit, of medians.
    """
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
    ring, full = (METHODS["method_named"](name, spark, task) for name in ("ring", REFERENCE))
    found: Figures = {"rows": len(many), "ring, all groups": vars(ring.update(many, []))}
    slot = [ring.update(many, [newest]) for _ in range(REPEATS)]
    whole = [full.update(many, []) for _ in range(REPEATS)]
    for name, updates in (("ring, one dirty slot", slot), (REFERENCE, whole)):
        found[name] = {"seconds": [update.seconds for update in updates], "work": updates[0].work}
    found["ratio"] = {
        "seconds": median(u.seconds for u in slot) / median(u.seconds for u in whole),
        "work": slot[0].work / whole[0].work,
    }
    return found
