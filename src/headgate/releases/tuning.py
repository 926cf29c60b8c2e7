"""Search for a better recipe than the one that serves, and stage the winner as a challenger."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.write_whole import write_whole
from headgate.learning.candidate_folder import MANIFEST, CandidateFolder
from headgate.learning.comparison.compare import Fit
from headgate.learning.comparison.trials import Trial
from headgate.learning.learn import learn, learned_from
from headgate.learning.recipe import digest_of
from headgate.learning.tuning.tune import tune
from headgate.releases.candidate import situation_of
from headgate.releases.model_headers import headers
from headgate.releases.release_rows import last_move, releases
from headgate.spec.errors import HeadgateError
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import INCUMBENT, Model
from headgate.spec.settings import Settings

NOTHING_BETTER = "No trial had a lower log loss than the recipe that serves."


class NothingServes(HeadgateError):
    """There is no champion whose recipe a search could begin with."""


def tuning_path(settings: Settings, pipeline: str, attempt: str) -> Path:
    """Where the trials of an attempt are told."""
    return settings.staging / pipeline / "tune" / attempt / "tuning.json"


def tune_pipeline(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    attempt: str,
    budget: float,
    told: Callable[[Fit], None],
    clock: Callable[[], float] = time.monotonic,
) -> dict[str, Any]:
    """Search from the champion's recipe for `budget` seconds and stage the winner under the same attempt.

    Gives the trials as `tune` tells them, with `pipeline`, `pins`, `frontier`, `digest`, `spec`, `code`,
    `budget` and `winner` (the name of a trial, or null). They are kept in `tuning_path` before the winner is
    fitted; an attempt that comes again goes on from there. The manifest of the attempt says
    `{"changed": false}` where nothing was better. Raises NothingServes, NothingToLearn, TooFewDays,
    EmptyFold.
    """
    pipeline, path = loaded.spec.pipeline, tuning_path(settings, loaded.spec.pipeline, attempt)
    serving = _serving(settings, loaded)
    if path.is_file():
        tuning: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    else:
        ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
        model, examples, frontier, version = learned_from(loaded, ledger.frontier(), ledger.versions())
        first = Trial(INCUMBENT, serving["algorithm"], dict(serving["parameters"]))
        begun = model.model_copy(update={"algorithm": first.algorithm, "parameters": first.given})
        rows = read_at(spark, table_path(settings.lake, pipeline, EXAMPLES), version)
        path.parent.mkdir(parents=True, exist_ok=True)
        found = tune(rows, begun, examples, frontier, first, budget, path.parent / "scratch", told, clock)
        best = next(entry for entry in found["entries"] if entry["algorithm"] is not None)
        tuning = {
            "pipeline": pipeline,
            "pins": {EXAMPLES: version},
            "frontier": frontier.isoformat(),
            "digest": digest_of([pipeline, attempt]),
            "spec": loaded.digest,
            "code": loaded.code,
            "budget": budget,
            "began_with": serving["model"],
            "winner": None if best["trial"] == INCUMBENT else best["trial"],
            **found,
        }
        write_whole(path, json.dumps(tuning, indent=1))
    _stage(spark, settings, loaded, attempt, tuning)
    return tuning


def _stage(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, attempt: str, tuning: dict[str, Any]
) -> None:
    """Fit the winner on all of the training window, as a candidate of the track `challenge`."""
    folder = CandidateFolder(settings, loaded.spec.pipeline, attempt)
    if tuning["winner"] is None:
        folder.clear()
        folder.write(MANIFEST, {"changed": False, "model": tuning["began_with"], "why": NOTHING_BETTER})
        return
    entry = next(entry for entry in tuning["entries"] if entry["trial"] == tuning["winner"])
    assert isinstance(loaded.spec.model, Model)
    recipe = {"algorithm": entry["algorithm"], "parameters": entry["given"], "audit": None}
    spec = loaded.spec.model_copy(update={"model": loaded.spec.model.model_copy(update=recipe)})
    situation = situation_of(settings, loaded)
    learn(lambda: spark, settings, replace(loaded, spec=spec), attempt, replace(situation, challenges=True))


def _serving(settings: Settings, loaded: LoadedPipeline) -> dict[str, Any]:
    """The header of the champion's model. Raises NothingServes."""
    pipeline = loaded.spec.pipeline
    moved = last_move(releases(settings, pipeline))
    model = moved.model if moved else None
    known = {header["model"]: header for header in headers(settings, pipeline)}
    if model is None or model not in known:
        raise NothingServes(
            f"no model of {pipeline} serves, so there is no recipe to begin with and none to beat",
            where=f"{pipeline}_ops.releases",
            left="nothing was fitted",
            next_command=f"let the first model prove itself: trigger the DAG {pipeline}_learn",
        )
    return known[model]
