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

from headgate.learning.algorithms.algorithm import Fitted, algorithm_named
from headgate.learning.audit import AUDITOR, is_due, judge
from headgate.learning.candidate_folder import CandidateFolder
from headgate.learning.cohorts import Cohorts, range_as_json
from headgate.learning.feature_schema import to_json
from headgate.learning.fit_work import fit_all, fit_increment, fit_work, require_both_labels
from headgate.learning.groups import groups_to_json
from headgate.learning.increment import Increment
from headgate.learning.metrics import metrics
from headgate.learning.node_rows import content_digest, node_table
from headgate.learning.recipe import recipe
from headgate.learning.scoring.encoding import Features, encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.spec.errors import HeadgateError
from headgate.spec.pipeline import Examples, Model

BEYOND_BOUNDS = "the audit found a gap beyond the bounds of the spec"


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
    of the rows that were read for it. Where an audit is due and finds too large a gap, its plain forest is
    the candidate. Raises TooEarly, ScoresDiffer and what the algorithm raises.
    """
    parent = increment.parent.header if increment.parent else None
    start = increment.start
    work = fit_work(
        examples_rows,
        model,
        examples,
        cohorts,
        frontier,
        str(folder.path / "fitted"),
        start["form"] if start else None,
    )
    started = time.monotonic()
    try:
        fitted, seen = fit_increment(work, increment)
        seconds = time.monotonic() - started
        label = seen[examples.label].to_numpy(np.float64)
        rows, positives = fitted.learned_from or (len(label), int(label.sum()))
        require_both_labels(rows, positives, cohorts.training, examples)
        audit = None
        if model.audit is not None and is_due(model.audit, parent, frontier):
            refit = fit_all(work, AUDITOR)
            audit = judge(model.audit, fitted, refit, examples, cohorts.evaluation, model.seed)
            fitted = refit if audit["beyond_bounds"] else fitted
    finally:
        shutil.rmtree(work.scratch, ignore_errors=True)
    check_parity(fitted, work.features, folder)
    table = node_table(fitted.nodes)
    pq.write_table(table, folder.nodes)
    fitted.predictions.to_parquet(folder.predictions, index=False)
    described, changes = recipe(model, examples), increment.changes
    header = {
        **{name: described[name] for name in ("algorithm", "parameters", "seed", "label", "key")},
        "features": to_json(work.features),
        "training": {**range_as_json(cohorts.training), "rows": rows, "positives": positives},
        "evaluation": {**range_as_json(cohorts.evaluation), "rows": len(fitted.predictions)},
        "metrics": metrics(label, scorer_of(fitted.form, fitted.nodes)(encode(seen, work.features))),
        "form": fitted.form,
        "nodes": {"rows": table.num_rows, "digest": content_digest(fitted.nodes)},
        "spark": pyspark.__version__,
        "learned": {
            "from": "all rows" if changes is None else "changes",
            "because": increment.because,
            "how": algorithm_named(model.algorithm).learns,
            "start": start["model"] if start else None,
            "changes": None if changes is None else {**changes.rows, "days": len(changes.days)},
            "rows_read": len(label),
            "seconds": round(seconds, 1),
        },
    }
    if audit is not None:
        header["audit"] = audit
        if audit["beyond_bounds"]:
            header["learned"] |= {"from": "all rows", "because": BEYOND_BOUNDS}
    if fitted.groups:
        header["groups"] = groups_to_json(fitted.groups, parent)
        header["learned"] |= {"groups": len(fitted.groups), "groups_fitted": len(fitted.fitted)}
    line_goes_on = audit is None and changes is not None and parent is not None
    header["audited"] = parent["audited"] if parent and line_goes_on else frontier.isoformat()
    return header


def check_parity(fitted: Fitted, features: Features, folder: CandidateFolder) -> None:
    """Refuse nodes that score other than the model that they were taken from."""
    if fitted.predictions.empty:
        return
    portable = scorer_of(fitted.form, fitted.nodes)(encode(fitted.predictions, features))
    gap = float(np.abs(portable - fitted.predictions["probability"].to_numpy(np.float64)).max())
    if gap > fitted.tolerance:
        raise ScoresDiffer(
            f"the candidate's nodes score up to {gap:.3g} away from the fitted model, "
            f"not {fitted.tolerance:.0e}",
            where=str(folder.path),
            left="the attempt's folder, without a manifest; nothing was recorded",
            next_command="run ./headgate doctor: the versions must be those of requirements.lock",
        )
