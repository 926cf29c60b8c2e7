"""Fit a candidate on its cohorts, wholly or by what changed since its parent, and stage what came out."""

from __future__ import annotations

import shutil
import time
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pyspark
from pyspark.sql import DataFrame

from headgate.learning.algorithms.algorithm import Fitted, Incremental, algorithm_named
from headgate.learning.candidate_folder import CandidateFolder
from headgate.learning.cohorts import Cohorts
from headgate.learning.feature_schema import features_of, to_json
from headgate.learning.groups import groups_to_json
from headgate.learning.increment import Increment
from headgate.learning.labelled_rows import in_key_order, key_of, labelled_rows
from headgate.learning.metrics import metrics
from headgate.learning.node_rows import content_digest, node_table
from headgate.learning.recipe import recipe
from headgate.learning.scoring.encoding import Features, encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Examples, Model

TOLERANCE = 1.0e-12
"""How far the portable scorer may be from Spark."""


class TooEarly(HeadgateError):
    """There are not yet labelled rows of both kinds to learn from; later hours will bring them."""


class ScoresDiffer(HeadgateError):
    """The saved nodes do not score as the fitted model does, so the candidate is not kept."""


def fit_candidate(
    examples_rows: DataFrame,
    model: Model,
    examples: Examples,
    cohorts: Cohorts,
    frontier: datetime,
    increment: Increment,
    folder: CandidateFolder,
) -> dict[str, Any]:
    """Fit, write `nodes.parquet` and `predictions.parquet`, and return what the header says about them.

    With changes in `increment` only the groups that they concern are fitted; the header's `metrics` are then
    of the rows that were read for it. Raises TooEarly, ScoresDiffer and what the algorithm raises.
    """
    features, key, algorithm = features_of(model), key_of(examples), algorithm_named(model.algorithm)
    columns = list(dict.fromkeys([*key, examples.label, *model.features]))
    training = labelled_rows(examples_rows, examples, cohorts.training, frontier).select(*columns)
    judging = labelled_rows(examples_rows, examples, cohorts.evaluation, frontier).select(*columns)
    given: dict[str, Any] = {"key": key, "parameters": model.parameters, "seed": model.seed}
    changes, started = increment.changes, time.monotonic()
    if changes is not None and isinstance(algorithm, Incremental):
        training = algorithm.rows_to_read(training, changes.days, **given)
    training = training.cache()
    scratch = folder.path / "fitted"
    try:
        seen = in_key_order(training, key).toPandas()
        label = seen[examples.label].to_numpy(np.float64)
        if changes is None:
            _require_both_labels(len(label), int(label.sum()), examples, cohorts)
        given |= {"features": features, "label": examples.label, "scratch": str(scratch)}
        judged = in_key_order(judging, key)
        if changes is not None and isinstance(algorithm, Incremental) and increment.parent is not None:
            kept = increment.parent.groups()
            fitted = algorithm.update(training, judged, days=changes.days, parent=kept, **given)
        else:
            fitted = algorithm.fit(training, judged, **given)
    finally:
        training.unpersist()
        shutil.rmtree(scratch, ignore_errors=True)
    seconds = time.monotonic() - started
    rows, positives = fitted.learned_from or (len(label), int(label.sum()))
    _require_both_labels(rows, positives, examples, cohorts)
    check_parity(fitted, features, folder)
    table = node_table(fitted.nodes)
    pq.write_table(table, folder.nodes)
    fitted.predictions.to_parquet(folder.predictions, index=False)
    described = recipe(model, examples)
    header = {
        **{name: described[name] for name in ("algorithm", "parameters", "seed", "label", "key")},
        "features": to_json(features),
        "training": {**_range(cohorts.training), "rows": rows, "positives": positives},
        "evaluation": {**_range(cohorts.evaluation), "rows": len(fitted.predictions)},
        "metrics": metrics(label, scorer_of(fitted.form, fitted.nodes)(encode(seen, features))),
        "form": fitted.form,
        "nodes": {"rows": table.num_rows, "digest": content_digest(fitted.nodes)},
        "spark": pyspark.__version__,
        "learned": {
            "from": "all rows" if changes is None else "changes",
            "because": increment.because,
            "changes": None if changes is None else {**changes.rows, "days": len(changes.days)},
            "rows_read": len(label),
            "seconds": round(seconds, 1),
        },
    }
    parent = increment.parent.header if increment.parent else None
    if fitted.groups:
        header["groups"] = groups_to_json(fitted.groups, parent)
        header["learned"] |= {"groups": len(fitted.groups), "groups_fitted": len(fitted.fitted)}
    return header


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


def _require_both_labels(rows: int, positives: int, examples: Examples, cohorts: Cohorts) -> None:
    if not 0 < positives < rows:
        raise TooEarly(
            f"the {rows} labelled examples with as-of in {cohorts.training} do not hold both labels",
            where=f"gold.examples, column {examples.label}",
            left="nothing was fitted",
            next_command="let more hours pass the gates, or shorten promotion.first_holdout",
        )


def _range(cohorts: HourRange) -> dict[str, str]:
    start = cohorts.start
    return {"start": start.isoformat() if start else "", "end": cohorts.end.isoformat()}
