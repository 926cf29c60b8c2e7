"""Look at the open trial: what champion and challenger said of the same examples, and what follows."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.hops.ledger import Ledger
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.lake.write_whole import write_whole
from headgate.learning.learn import NothingToLearn
from headgate.learning.trial import Trial, trial_days
from headgate.releases.challenge_decision import Weighed, weigh
from headgate.releases.last_look import trial_file
from headgate.releases.registry import open_client, version_of_model
from headgate.releases.release_rows import Release, releases
from headgate.releases.trials import on_trial
from headgate.spec.hour_range import HourRange
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, Model
from headgate.spec.predictions import PREDICTIONS
from headgate.spec.settings import Settings


def look_at_trial(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, begun: Release) -> Weighed:
    """What the trial that `begun` records says, as far as days are complete now.

    Nothing is decided here. Raises NothingToLearn where the spec has no examples or no model any more,
    TrialRowsMissing, NoSuchSlice.
    """
    pipeline, examples, model = loaded.spec.pipeline, loaded.spec.examples, loaded.spec.model
    if examples is None or model is None or begun.model is None:
        raise NothingToLearn(
            f"pipeline {pipeline} no longer has a model to compare: its spec lacks `model` or `examples`",
            where="pipeline.yaml",
            left=f"model {begun.model} stays on trial",
            next_command=f"add them, then run ./headgate check {pipeline}",
        )
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    since = datetime.fromisoformat(begun.frontier)
    trial = Trial(begun.model, since, ledger.frontier() or since)
    policy = loaded.spec.promotes_by.challenge
    days = trial_days(trial, examples, policy)
    outcomes = _outcomes(spark, settings, pipeline, ledger, examples, model, days)
    return weigh(outcomes, trial, examples, model, policy)


def look(spark: SparkSession, settings: Settings, loaded: LoadedPipeline) -> dict[str, Any] | None:
    """Look at the open trial and keep what was found for the pages; None while there is no trial.

    The values, which `last_look` reads again: `release` (that began it), `version`, `model`, `since`,
    `outcome` (promote, hold or wait), `reasons`, `days`.
    """
    begun = on_trial(releases(settings, loaded.spec.pipeline))
    if begun is None:
        return None
    weighed = look_at_trial(spark, settings, loaded, begun)
    found = {
        "release": begun.release,
        "version": _version_now(loaded.spec.pipeline, begun),
        "model": begun.model,
        "since": begun.frontier,
        "outcome": weighed.outcome,
        "reasons": [asdict(reason) for reason in weighed.reasons],
        "days": [day.as_json() for day in weighed.days],
    }
    path = trial_file(settings.reports, loaded.spec.pipeline, begun.release)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(found))
    return found


def _version_now(pipeline: str, begun: Release) -> int | None:
    """The version that shows the model on trial: another than at its start where that was deleted since."""
    assert begun.model is not None  # `look_at_trial` refused
    shown = version_of_model(open_client(), pipeline, begun.model)
    return int(shown.version) if shown else begun.version


def leave_look(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, file: Path) -> None:
    """Look, and write what `look` returned into the file for the task that asked."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, json.dumps(look(spark, settings, loaded)))


def _outcomes(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    ledger: Ledger,
    examples: Examples,
    model: Model,
    days: HourRange | None,
) -> pd.DataFrame:
    """The predictions of both roles on these days that met their label, with the columns of the slices."""
    key, versions = examples.grain, ledger.versions()
    told = [examples.label, examples.label_known_at]
    columns = list(dict.fromkeys([*key, *told, *model.slices]))
    said = [*key, "role", "model", "probability", "scored_at"]
    if days is None or PREDICTIONS not in versions:
        none = pd.DataFrame(columns=list(dict.fromkeys([*said, *columns])))
        moments = [examples.as_of, examples.label_known_at, "scored_at"]
        return none.astype(dict.fromkeys(moments, "datetime64[us]"))
    within = range_predicate(examples.as_of, days)
    predictions, rows = (
        read_at(spark, table_path(settings.lake, pipeline, table), versions[table]).where(within)
        for table in (PREDICTIONS, EXAMPLES)
    )
    labelled = rows.where(F.col(examples.label).isNotNull()).select(*columns)
    found: pd.DataFrame = predictions.select(*said).join(labelled, on=key, how="inner").toPandas()
    return found
