"""Decide on a candidate: record it as a release, tell MLflow why, and move the alias `champion` last."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.absent_inputs import absent_inputs
from headgate.releases.carry_out import carry_out, finish_last
from headgate.releases.challenge import NoTrial, challenge
from headgate.releases.decision import Decision, Reason, decide
from headgate.releases.forgotten import FORGOTTEN, why_forgotten
from headgate.releases.hand_move import record_hand_move
from headgate.releases.look import look_at_trial
from headgate.releases.model_headers import header_of, same_recipe
from headgate.releases.projection import EVALUATION
from headgate.releases.registry import MODEL_TAG, champion, open_client, registered_version
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import ASK, CHALLENGE, MOVES, Release, releases
from headgate.releases.trials import on_trial
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

ONLY_IN_MLFLOW = ("by_day", "slices", "importance")
"""Parts of an evaluation that decide nothing; a release goes without them, since every hour may add one."""

RULES = "the rules of promotion"
"""Who decides on candidates."""

OF_CANDIDATES = ("promote", "hold", ASK, CHALLENGE)
OTHER_RECIPE = "it is of another recipe than the champion"


class NotACandidate(HeadgateError):
    """There is no such version, or it does not show an evaluated model of the model log."""


def promote(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, version: int) -> Release:
    """Decide on a registered version, once, and return the release that records it.

    A version that was decided on keeps its decision: what a killed run left undone is done, nothing else.
    A version on trial is decided on by its trial. A candidate of another recipe than the champion's is put
    on trial; where that may not be now, it is held. Where the champion scores no hour any more, since the
    examples lack one of its inputs, there is no trial, and it is judged as a refresh is. A model that may
    have learned from a subject that was forgotten since is held, whatever its figures. What the rules would
    promote is recorded as `ask` where the spec wants somebody to approve: see `answer`. An alias that
    somebody moved since the last release is recorded first, as a release of its own.
    Raises NotACandidate, Undecided, NoAddress, DecidedElsewhere.
    """
    pipeline, client = loaded.spec.pipeline, open_client()
    model, run = _candidate(client, pipeline, version)
    history = releases(settings, pipeline)
    said = [row for row in history if row.decision in OF_CANDIDATES and row.model == model]
    if said and said[-1].decision != CHALLENGE:
        carry_out(client, pipeline, said[-1])
        return said[-1]
    finish_last(client, pipeline, history)
    now = champion(client, pipeline)
    record_hand_move(spark, settings, loaded, client, now)
    begun = on_trial(releases(settings, pipeline))
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    header = header_of(settings, pipeline, model)
    forgotten = why_forgotten(ledger, header)
    evaluation: dict[str, Any] = {}
    tried = begun is not None and begun.model == model
    if forgotten is not None:
        decision = Decision("hold", [Reason(FORGOTTEN, False, forgotten)])
    elif begun is not None and tried:
        decision, evaluation = _by_trial(spark, settings, loaded, begun)
    else:
        evaluation = _evaluation(client, run, pipeline, version)
        decision = decide(evaluation, loaded.spec.promotes_by, now.version if now else None)
        serves = now.model if now else None
        if serves is not None and not same_recipe(settings, pipeline, model, serves):
            absent = absent_inputs(loaded, header_of(settings, pipeline, serves))
            if absent:
                why = f"{OTHER_RECIPE}, which scores no hour without {', '.join(absent)}: no trial"
                decision = Decision(decision.outcome, [*decision.reasons, Reason("recipe", True, why)])
            else:
                try:
                    return challenge(spark, settings, loaded, model, by=RULES, why=OTHER_RECIPE)
                except NoTrial as refused:
                    why = f"{OTHER_RECIPE}; {refused.what}"
                    decision = Decision("hold", [Reason("recipe", False, why)])
    outcome = ASK if _asks(loaded, decision, evaluation) else decision.outcome
    release = Release(
        release=len(releases(settings, pipeline)) + 1,
        decision=outcome,
        version=version,
        model=model,
        previous_champion=now.version if now else None,
        reasons=[asdict(reason) for reason in decision.reasons],
        frontier=frontier_now(ledger) if tried or outcome in MOVES else header["frontier"],
        evaluation={name: value for name, value in evaluation.items() if name not in ONLY_IN_MLFLOW},
        decided_by=RULES,
        **manifest_of(settings, pipeline, ledger, model),
    )
    written = append_release(spark, settings, pipeline, release)
    carry_out(client, pipeline, written)
    return written


class Undecided(HeadgateError):
    """The trial of the version goes on."""


def _by_trial(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, begun: Release
) -> tuple[Decision, dict[str, Any]]:
    """What the trial says, and its figures. Raises Undecided."""
    weighed = look_at_trial(spark, settings, loaded, begun)
    if weighed.outcome == "wait":
        raise Undecided(
            f"the trial of version {begun.version} goes on: "
            + "; ".join(reason.said for reason in weighed.reasons if not reason.passed),
            where=f"{loaded.spec.pipeline}_ops.releases, release {begun.release}",
            left="the version on trial, the alias champion as it was",
            next_command="Nothing: the learning DAG looks at the trial each time, and has it decided",
        )
    return Decision(weighed.outcome, weighed.reasons), weighed.evaluation


def _asks(loaded: LoadedPipeline, decision: Decision, evaluation: dict[str, Any]) -> bool:
    asked = loaded.spec.promotes_by.ask
    return decision.outcome == "promote" and evaluation["track"] in asked


def _candidate(client: MlflowClient, pipeline: str, version: int) -> tuple[int, str]:
    """The model and the run of a registered version."""
    found = registered_version(client, pipeline, version)
    if found is None:
        raise _not_a_candidate(pipeline, version, "does not exist")
    if MODEL_TAG not in found.tags or not found.run_id:
        raise _not_a_candidate(pipeline, version, "shows no model of the model log")
    return int(found.tags[MODEL_TAG]), found.run_id


def _evaluation(client: MlflowClient, run: str, pipeline: str, version: int) -> dict[str, Any]:
    if not any(artifact.path == EVALUATION for artifact in client.list_artifacts(run)):
        raise _not_a_candidate(pipeline, version, "was not evaluated")
    with tempfile.TemporaryDirectory() as folder:
        path = client.download_artifacts(run, EVALUATION, folder)
        found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def _not_a_candidate(pipeline: str, version: int, what: str) -> NotACandidate:
    return NotACandidate(
        f"version {version} of {pipeline} {what}, so there is nothing to decide",
        where=f"MLflow, registered model {pipeline}",
        left="the alias champion as it was",
        next_command=f"run the DAG {pipeline}_learn, then promote the version that it registers",
    )
