"""Evaluate a recorded candidate on rows that came later, beside what it has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.learning.baselines import baseline
from headgate.learning.by_day import by_day
from headgate.learning.cohorts import range_from_json, refresh_cohorts
from headgate.learning.evaluation import CANDIDATE, CHAMPION, blocks_in, evaluate_scores, strongest
from headgate.learning.importance import importance
from headgate.learning.labelled_rows import in_key_order, labelled_rows, left_out
from headgate.learning.learn import NothingToLearn
from headgate.learning.slices import slices
from headgate.releases.model_headers import header_of
from headgate.releases.recorded_scorer import recorded_scorer
from headgate.releases.registry import Version
from headgate.spec.errors import HeadgateError
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


class ForeignChampion(HeadgateError):
    """The alias `champion` names a version that does not show a model of the model log."""


@dataclass(frozen=True)
class Evaluated:
    """What was found (plain values, see `evaluation`; none where nothing is known), with the labels and
    scores to draw figures from: none where they cannot be read any more."""

    result: dict[str, Any]
    label: np.ndarray
    scores: dict[str, np.ndarray]


def evaluation(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    header: dict[str, Any],
    rival: Version | None,
) -> Evaluated:
    """Judge the candidate that `header` describes beside the baselines and, where one serves, the champion.

    With a champion the rows are the embargo cohorts at the candidate's frontier, else the cohorts that the
    candidate's training held out. The result is that of `evaluate_scores`, with `model`, `track`,
    `champion` (`version`, `model`, `trained_until`, or null), `by_day`, `slices`, `importance`, `left_out`
    (of the `judged` and the `training` cohorts) and the `costs` of the spec.
    """
    pipeline, model, examples = loaded.spec.pipeline, loaded.spec.model, loaded.spec.examples
    if model is None or examples is None:
        raise NothingToLearn(
            f"pipeline {pipeline} no longer has a model to evaluate: its spec lacks `model` or `examples`",
            where="pipeline.yaml",
            left=f"model {header['model']} stays in the model log",
            next_command=f"add them, then run ./headgate check {pipeline}",
        )
    frontier = datetime.fromisoformat(header["frontier"])
    cohorts = range_from_json(header["evaluation"])
    if rival is not None:
        cohorts = refresh_cohorts(frontier, examples, model, loaded.spec.promotes_by).evaluation
    table = read_at(spark, table_path(settings.lake, pipeline, EXAMPLES), header["pins"][EXAMPLES])
    rows = _collected(labelled_rows(table, examples, cohorts, frontier), examples.grain)
    score, matrix = recorded_scorer(settings, pipeline, header, rows)
    scores = {CANDIDATE: score(matrix)}
    serving = None
    if rival is not None and rival.model is not None:
        known = header_of(settings, pipeline, rival.model)
        champions_score, champions_matrix = recorded_scorer(settings, pipeline, known, rows)
        scores[CHAMPION] = champions_score(champions_matrix)
        serving = {"version": rival.version, "model": rival.model, "trained_until": known["training"]["end"]}
    training = labelled_rows(table, examples, range_from_json(header["training"]), frontier)
    for columns in model.baselines:
        mean = baseline(training, columns, examples.label)
        scores[mean.name] = mean.score(rows)
    label = rows[examples.label].to_numpy(np.float64)
    as_of, seed = rows[examples.as_of], model.seed
    judged = evaluate_scores(label, as_of, scores, cohorts, costs=model.costs, seed=seed)
    closer = {
        "by_day": by_day(label, as_of, scores, cohorts, model.costs),
        "slices": slices(
            rows,
            label,
            scores,
            model.slices,
            against=strongest(judged) if serving is None else CHAMPION,
            blocks=blocks_in(as_of, cohorts, judged["blocks"]),
            seed=seed,
        ),
        "importance": importance(
            label, matrix, [feature["name"] for feature in header["features"]], score, seed
        ),
        "left_out": left_out(
            table, examples, {"judged": cohorts, "training": range_from_json(header["training"])}, frontier
        ),
        "costs": model.costs.model_dump() if model.costs else None,
    }
    track = "first" if serving is None else "refresh"
    facts = {
        "model": header["model"],
        "track": track,
        "held_out": header["track"] == "first",
        "champion": serving,
    }
    return Evaluated({**facts, **judged, **closer}, label, scores)


def _collected(rows: DataFrame, key: list[str]) -> pd.DataFrame:
    return in_key_order(rows, key).toPandas()


def known_rival(rival: Version | None, pipeline: str) -> Version | None:
    """The champion, if any. Raises ForeignChampion when it shows no model of the model log."""
    if rival is not None and rival.model is None:
        raise ForeignChampion(
            f"the alias champion names version {rival.version} of {pipeline}, which is in no model log",
            where=f"MLflow, registered model {pipeline}",
            left="the candidate in the model log, not evaluated",
            next_command="move the alias to a version with the tag headgate.model, or remove it",
        )
    return rival
