"""Learn a candidate from the pinned examples and stage it: nodes, predictions, and the manifest last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession

from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.learning.algorithms.training_vectors import TooFewRows
from headgate.learning.candidate_folder import MANIFEST, CandidateFolder
from headgate.learning.cohorts import Cohorts, first_cohorts, refresh_cohorts
from headgate.learning.fit_candidate import fit_candidate
from headgate.learning.fit_work import TooEarly
from headgate.learning.increment import Parent, increment_since
from headgate.learning.labelled_rows import learned_columns
from headgate.learning.net_changes import LearnedFrom
from headgate.learning.recipe import digest_of, recipe
from headgate.spec.errors import HeadgateError
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, Model
from headgate.spec.settings import Settings

CHALLENGE = "challenge"
"""The track of candidates of another recipe than the champion's."""
NOTHING_CHANGED = "No example that the newest model learned from has changed, come or gone."


class NothingToLearn(HeadgateError):
    """The pipeline has no model, no published examples, or examples without what it needs."""


@dataclass(frozen=True)
class Situation:
    """What learning starts from: the ledger's frontier and versions, the newest model, if any serves; and why
    there is nothing to learn from now, if the ledger says so. `challenges`: the recipe is another than the
    champion's, and is to be tried against it."""

    frontier: datetime | None
    versions: Mapping[str, int]
    parent: Parent | None
    serving: bool
    held: str | None = None
    challenges: bool = False

    @property
    def track(self) -> str:
        """The track of a candidate that is learned now."""
        if self.challenges:
            return CHALLENGE
        return "refresh" if self.serving else "first"


class Basis(NamedTuple):
    """What is learned: the `model` of the spec, from its `examples` as of the `frontier`, at a `version`."""

    model: Model
    examples: Examples
    frontier: datetime
    version: int


def learn(
    session: Callable[[], SparkSession],
    settings: Settings,
    loaded: LoadedPipeline,
    name: str,
    situation: Situation,
) -> dict[str, Any]:
    """Stage a candidate in `staging/<pipeline>/model/<name>/` and return its manifest.

    `session` is called only where rows are to be read.

    The manifest is `{"changed": false, "model": <number>}` when pins, frontier and recipe are the newest
    model's, the same with a `why` when none of the rows that it learned from differs now, and
    `{"changed": false, "model": null, "why": <text>}` while it is too early to learn or tables are rolled
    back. A finished attempt is returned as it is. Raises NothingToLearn, NoCompleteCohort, ScoresDiffer and
    what the algorithm raises.
    """
    folder = CandidateFolder(settings, loaded.spec.pipeline, name)
    if folder.has(MANIFEST):
        return folder.read(MANIFEST)
    basis = learned_from(loaded, situation.frontier, situation.versions)
    folder.clear()
    same = {
        "pins": {EXAMPLES: basis.version},
        "frontier": basis.frontier.isoformat(),
        "recipe": digest_of(recipe(basis.model, basis.examples)),
    }
    parent = situation.parent.header if situation.parent else None
    if situation.held is not None:
        manifest: dict[str, Any] = {"changed": False, "model": None, "why": situation.held}
    elif parent is not None and all(parent[key] == value for key, value in same.items()):
        manifest = {"changed": False, "model": parent["model"]}
    else:
        try:
            manifest = _candidate(session(), settings, loaded, folder, situation, basis, same)
        except (TooEarly, TooFewRows) as early:
            manifest = {"changed": False, "model": None, "why": str(early)}
    folder.write(MANIFEST, manifest)
    return manifest


def _candidate(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    folder: CandidateFolder,
    situation: Situation,
    basis: Basis,
    same: dict[str, Any],
) -> dict[str, Any]:
    """The manifest of a candidate whose pins, frontier and recipe are another model's: see `learn`."""
    model, examples, frontier, version = basis
    cohorts = _cohorts(loaded, model, examples, frontier, situation.serving)
    path = table_path(settings.lake, loaded.spec.pipeline, EXAMPLES)
    rows = read_at(spark, path, version)
    require_columns(rows, learned_columns(model, examples))
    now = LearnedFrom(version, cohorts.training, frontier)
    increment = increment_since(spark, path, model, examples, situation.parent, now)
    parent = situation.parent.header["model"] if situation.parent else None
    if increment.changes is not None and not increment.changes.days:
        return {"changed": False, "model": parent, "why": NOTHING_CHANGED}
    found = fit_candidate(rows, model, examples, cohorts, frontier, increment, folder)
    identity = {
        **same,
        "pipeline": loaded.spec.pipeline,
        "parent": parent,
        "track": situation.track,
        "spec": loaded.digest,
        "code": loaded.code,
        "nodes": found.pop("nodes"),
        "form": found.pop("form"),
    }
    return {"changed": True, "header": {**found, **identity, "digest": digest_of(identity)}}


def learned_from(loaded: LoadedPipeline, frontier: datetime | None, versions: Mapping[str, int]) -> Basis:
    """What is learned, the frontier, and the version of the examples there. Raises NothingToLearn."""
    model, examples = loaded.spec.model, loaded.spec.examples
    if model is None or examples is None:
        raise NothingToLearn(
            f"pipeline {loaded.spec.pipeline} has no model to learn: its spec lacks `model` or `examples`",
            where="pipeline.yaml",
            left="nothing was fitted",
            next_command=f"add them, then run ./headgate check {loaded.spec.pipeline}",
        )
    if frontier is None or EXAMPLES not in versions:
        raise NothingToLearn(
            f"pipeline {loaded.spec.pipeline} has not published any examples yet",
            where=f"{loaded.spec.pipeline}_gold.examples",
            left="nothing was fitted",
            next_command=f"run an hour: ./headgate run {loaded.spec.pipeline} --from H --to H",
        )
    return Basis(model, examples, frontier, versions[EXAMPLES])


def _cohorts(
    loaded: LoadedPipeline, model: Model, examples: Examples, frontier: datetime, serving: bool
) -> Cohorts:
    choose = refresh_cohorts if serving else first_cohorts
    return choose(frontier, examples, model, loaded.spec.promotes_by)


def require_columns(rows: DataFrame, columns: list[str]) -> None:
    """Raise NothingToLearn where the examples lack one of the columns."""
    absent = [name for name in columns if name not in rows.columns]
    if absent:
        raise NothingToLearn(
            f"the examples lack the columns {', '.join(absent)}, which the model needs",
            where=f"{EXAMPLES}; pipeline.yaml, model.features",
            left="nothing was fitted",
            next_command="publish an hour with the present spec, or correct model.features",
        )
