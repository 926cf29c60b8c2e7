"""Fit a candidate on the pinned examples and stage it: nodes, predictions, and the manifest last."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.learning.algorithms.algorithm import Fitted, algorithm_named
from headgate.learning.candidate_folder import MANIFEST, CandidateFolder
from headgate.learning.cohorts import Cohorts, first_cohorts, refresh_cohorts
from headgate.learning.feature_schema import features_of, to_json
from headgate.learning.labelled_rows import in_key_order, key_of, labelled_rows
from headgate.learning.metrics import metrics
from headgate.learning.node_rows import content_digest, node_table
from headgate.learning.recipe import digest_of, recipe
from headgate.learning.scoring.encoding import Features, encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, Model, Promotion
from headgate.spec.settings import Settings

EXAMPLES = "gold.examples"
TOLERANCE = 1.0e-12
"""How far the portable scorer may be from Spark."""


class NothingToLearn(HeadgateError):
    """The pipeline has no model, no published examples, or examples without what it needs."""


class TooEarly(HeadgateError):
    """There are not yet labelled rows of both kinds to learn from; later hours will bring them."""


class ScoresDiffer(HeadgateError):
    """The saved nodes do not score as the fitted model does, so the candidate is not kept."""


@dataclass(frozen=True)
class Situation:
    """What learning starts from: the ledger's frontier and versions, the newest header, if any serves."""

    frontier: datetime | None
    versions: Mapping[str, int]
    parent: Mapping[str, Any] | None
    serving: bool


def learn(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, name: str, situation: Situation
) -> dict[str, Any]:
    """Stage a candidate in `staging/<pipeline>/model/<name>/` and return its manifest.

    The manifest is `{"changed": false, "model": <number>}` when pins, frontier and recipe are the newest
    model's, and `{"changed": false, "model": null, "why": <text>}` while it is too early to learn. A
    finished attempt is returned as it is. Raises NothingToLearn, NoCompleteCohort, ScoresDiffer and what
    the algorithm raises.
    """
    folder = CandidateFolder(settings, loaded.spec.pipeline, name)
    if folder.has(MANIFEST):
        return folder.read(MANIFEST)
    model, examples, frontier, version = learned_from(loaded, situation.frontier, situation.versions)
    recipe_digest = digest_of(recipe(model, examples))
    pins = {EXAMPLES: version}
    folder.clear()
    same = {"pins": pins, "frontier": frontier.isoformat(), "recipe": recipe_digest}
    if situation.parent is not None and all(situation.parent[key] == value for key, value in same.items()):
        manifest: dict[str, Any] = {"changed": False, "model": situation.parent["model"]}
    else:
        cohorts = _cohorts(loaded, model, examples, frontier, situation.serving)
        rows = read_at(spark, table_path(settings.lake, loaded.spec.pipeline, EXAMPLES), version)
        try:
            manifest = _fit(rows, model, examples, cohorts, frontier, folder)
        except TooEarly as early:
            unchanged = {"changed": False, "model": None, "why": str(early)}
            folder.write(MANIFEST, unchanged)
            return unchanged
        identity = {
            **same,
            "pipeline": loaded.spec.pipeline,
            "parent": situation.parent["model"] if situation.parent else None,
            "track": "refresh" if situation.serving else "first",
            "spec": loaded.digest,
            "code": loaded.code,
            "nodes": manifest.pop("nodes"),
            "form": manifest.pop("form"),
        }
        manifest = {"changed": True, "header": {**manifest, **identity, "digest": digest_of(identity)}}
    folder.write(MANIFEST, manifest)
    return manifest


def learned_from(
    loaded: LoadedPipeline, frontier: datetime | None, versions: Mapping[str, int]
) -> tuple[Model, Examples, datetime, int]:
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
    return model, examples, frontier, versions[EXAMPLES]


def _cohorts(
    loaded: LoadedPipeline, model: Model, examples: Examples, frontier: datetime, serving: bool
) -> Cohorts:
    choose = refresh_cohorts if serving else first_cohorts
    return choose(frontier, examples, model, loaded.spec.promotion or Promotion())


def _fit(
    examples_rows: DataFrame,
    model: Model,
    examples: Examples,
    cohorts: Cohorts,
    frontier: datetime,
    folder: CandidateFolder,
) -> dict[str, Any]:
    """Fit, write `nodes.parquet` and `predictions.parquet`, and return what the header says about them."""
    features, key = features_of(model), key_of(examples)
    columns = list(dict.fromkeys([*key, examples.label, *model.features]))
    require_columns(examples_rows, columns)
    training = labelled_rows(examples_rows, examples, cohorts.training, frontier).select(*columns).cache()
    judging = labelled_rows(examples_rows, examples, cohorts.evaluation, frontier).select(*columns)
    scratch = folder.path / "fitted"
    try:
        seen = in_key_order(training, key).toPandas()
        label = seen[examples.label].to_numpy(np.float64)
        if not 0 < label.sum() < len(label):
            raise TooEarly(
                f"the {len(label)} labelled examples with as-of in {cohorts.training} "
                "do not hold both labels",
                where=f"{EXAMPLES}, column {examples.label}",
                left="nothing was fitted",
                next_command="let more hours pass the gates, or shorten promotion.first_holdout",
            )
        fitted = algorithm_named(model.algorithm).fit(
            training,
            in_key_order(judging, key),
            features=features,
            label=examples.label,
            key=key,
            parameters=model.parameters,
            seed=model.seed,
            scratch=str(scratch),
        )
    finally:
        training.unpersist()
        shutil.rmtree(scratch, ignore_errors=True)
    check_parity(fitted, features, folder)
    table = node_table(fitted.nodes)
    pq.write_table(table, folder.nodes)
    fitted.predictions.to_parquet(folder.predictions, index=False)
    described = recipe(model, examples)
    return {
        **{name: described[name] for name in ("algorithm", "parameters", "seed", "label", "key")},
        "features": to_json(features),
        "training": {**_range(cohorts.training), "rows": len(label), "positives": int(label.sum())},
        "evaluation": {**_range(cohorts.evaluation), "rows": len(fitted.predictions)},
        "metrics": metrics(label, scorer_of(fitted.form, fitted.nodes)(encode(seen, features))),
        "form": fitted.form,
        "nodes": {"rows": table.num_rows, "digest": content_digest(fitted.nodes)},
    }


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


def check_parity(fitted: Fitted, features: Features, folder: CandidateFolder) -> None:
    """Refuse nodes that score other than the model that they were taken from."""
    if fitted.predictions.empty:
        return
    portable = scorer_of(fitted.form, fitted.nodes)(encode(fitted.predictions, features))
    gap = float(np.abs(portable - fitted.predictions["probability"].to_numpy(np.float64)).max())
    if gap > TOLERANCE:
        raise ScoresDiffer(
            f"the candidate's nodes score up to {gap:.3g} away from the fitted model, not {TOLERANCE:.0e}",
            where=str(folder.path),
            left="the attempt's folder, without a manifest; nothing was recorded",
            next_command="run ./headgate doctor: the versions must be those of requirements.lock",
        )


def _range(cohorts: HourRange) -> dict[str, str]:
    start = cohorts.start
    return {"start": start.isoformat() if start else "", "end": cohorts.end.isoformat()}
