"""Fit a recorded model again from the versions that it pins, without a past, and compare what comes out."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyspark
from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.lake.gone import ReadError, gone
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.audit import AUDITOR
from headgate.learning.cohorts import Cohorts, range_from_json
from headgate.learning.feature_schema import from_json
from headgate.learning.fit_work import FitWork, fit_all, fit_work
from headgate.learning.labelled_rows import in_key_order
from headgate.learning.node_rows import content_digest
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.releases.forgotten import forgetting_of, said_of
from headgate.releases.model_headers import header_of
from headgate.releases.model_log import nodes_of
from headgate.releases.outcome_file import leave_outcome
from headgate.spec.errors import HeadgateError
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, Feature, Model
from headgate.spec.settings import Settings

TOLERANCE = 1.0e-9
"""How far the probabilities of a model that is no forest may lie from those of the record."""

EXACT = ("random_forest", "incremental_forest")
"""Algorithms whose trees must come out identical, node for node."""

READ_OLD_VERSIONS = "spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration"
"""Delta refuses versions older than a week, even where their files are there, unless this is false."""


class PinsAreGone(HeadgateError):
    """A version of the examples that a model pins cannot be read any more, or the spec has no examples."""


@dataclass(frozen=True)
class Reproduced:
    """What came of fitting a model again.

    `trees` of the record, of which `same_trees` came out node for node; `gap` is the largest distance of the
    probabilities of the `rows` that it learned from. `same` says whether that is as it must be: identical
    trees for forests, a gap of at most `tolerance` for other algorithms. `spark` are the versions of record
    and refit.
    """

    model: int
    algorithm: str
    rows: int
    recorded_rows: int
    trees: int
    same_trees: int
    gap: float
    tolerance: float
    spark: tuple[str, str]
    same: bool


def reproduce(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, number: int, scratch: Path
) -> Reproduced:
    """Fit model `number` of the model log again from its pins. Raises UnknownModel, PinsAreGone."""
    pipeline = loaded.spec.pipeline
    header = header_of(settings, pipeline, number)
    version, path = header["pins"][EXAMPLES], table_path(settings.lake, pipeline, EXAMPLES)
    if loaded.spec.examples is None:
        raise _gone(pipeline, number, version, "the spec has no `examples` any more")
    forgotten = forgetting_of(Ledger(settings, pipeline, loaded.spec.hops[-1]), header)
    if forgotten is not None:
        raise _gone(pipeline, number, version, f"a subject in it was forgotten ({said_of(forgotten)})")
    spark.conf.set(READ_OLD_VERSIONS, "false")
    try:
        start = _start(settings, header)
        work = _work(spark, header, loaded.spec.examples, path, str(scratch), start)
        seen = in_key_order(work.rows, work.key).toPandas()
    except ReadError as error:
        condition = gone(error)
        if condition is None:
            raise
        raise _gone(pipeline, number, version, condition) from error
    try:
        fitted = _fit(work, header)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _compared(header, nodes_of(settings, pipeline, number), fitted, seen)


def run_reproduction(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, number: int, folder: Path
) -> int:
    """Reproduce for another process: `outcome.json` in `folder` has the values of `Reproduced`, or as
    `refused` the parts of the error's text. Returns the exit code: 0 where the same came out."""

    def work() -> dict[str, Any]:
        return asdict(reproduce(spark, settings, loaded, number, folder / "scratch"))

    return 0 if leave_outcome(folder, work).get("same") else 1


def _work(
    spark: SparkSession,
    header: dict[str, Any],
    spec: Examples,
    path: str,
    scratch: str,
    start: dict[str, Any] | None,
) -> FitWork:
    """The recorded recipe on the pinned rows, begun where it began; only the column of when labels were known
    is the spec's."""
    model = Model(
        algorithm=header["algorithm"],
        parameters=header["parameters"],
        seed=header["seed"],
        features={entry["name"]: Feature(nominal=entry["nominal"]) for entry in header["features"]},
    )
    *entity, as_of = header["key"]
    examples = spec.model_copy(update={"entity": entity, "as_of": as_of, "label": header["label"]})
    training, evaluation = (range_from_json(header[part]) for part in ("training", "evaluation"))
    rows = read_at(spark, path, header["pins"][EXAMPLES])
    frontier = datetime.fromisoformat(header["frontier"])
    return fit_work(rows, model, examples, Cohorts(training, evaluation), frontier, scratch, start)


def _start(settings: Settings, header: dict[str, Any]) -> dict[str, Any] | None:
    """The portable form that the recorded fit began at, if any."""
    number = header.get("learned", {}).get("start")
    if number is None:
        return None
    form: dict[str, Any] = header_of(settings, header["pipeline"], number)["form"]
    return form


def _fit(work: FitWork, header: dict[str, Any]) -> Fitted:
    """A model without groups of an algorithm that makes groups is the plain forest of an audit."""
    if header["algorithm"] == "incremental_forest" and "groups" not in header:
        return fit_all(work, AUDITOR)
    return fit_all(work, header["algorithm"])


def _compared(header: dict[str, Any], nodes: pd.DataFrame, fitted: Fitted, seen: pd.DataFrame) -> Reproduced:
    matrix = encode(seen, from_json(header["features"]))
    recorded, refit = (
        scorer_of(form, rows)(matrix) for form, rows in ((header["form"], nodes), (fitted.form, fitted.nodes))
    )
    gap = float(np.abs(recorded - refit).max()) if len(matrix) else 0.0
    own, other = _digests(nodes), _digests(fitted.nodes)
    same_trees = sum(digest == other.get(tree) for tree, digest in own.items())
    identical = len(own) == len(other) == same_trees
    exact = header["algorithm"] in EXACT
    rows = header["training"]["rows"]
    return Reproduced(
        model=header["model"],
        algorithm=header["algorithm"],
        rows=len(seen),
        recorded_rows=rows,
        trees=len(own),
        same_trees=same_trees,
        gap=gap,
        tolerance=0.0 if exact else TOLERANCE,
        spark=(header.get("spark", "unknown"), pyspark.__version__),
        same=len(seen) == rows and (identical if exact else gap <= TOLERANCE),
    )


def _digests(nodes: pd.DataFrame) -> dict[int, str]:
    """By tree, the digest of its nodes."""
    return {int(tree): content_digest(nodes[nodes["tree"] == tree]) for tree in nodes["tree"].unique()}


def _gone(pipeline: str, number: int, version: int, why: str) -> PinsAreGone:
    return PinsAreGone(
        f"model {number} of {pipeline} learned from version {version} of the examples, which is gone: {why}",
        where=f"{pipeline}_{EXAMPLES}",
        left="nothing was changed",
        next_command=f"./headgate query 'DESCRIBE HISTORY {pipeline}_{EXAMPLES}'",
    )
