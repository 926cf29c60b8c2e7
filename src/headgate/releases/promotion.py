"""Carry a decision out: record it as a release, tell MLflow why, and move the alias `champion` last."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.decision import decide
from headgate.releases.model_headers import header_of
from headgate.releases.projection import EVALUATION
from headgate.releases.registry import (
    CHALLENGER,
    CHAMPION,
    DECISION_TAG,
    MODEL_TAG,
    RELEASE_TAG,
    WHY_TAG,
    Version,
    champion,
    open_client,
    version_at,
)
from headgate.releases.release_log import append_release
from headgate.releases.release_rows import Release, releases, serving
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Promotion
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

ONLY_IN_MLFLOW = ("by_day", "slices", "importance")
"""Parts of an evaluation that decide nothing; a release goes without them, since every hour may add one."""


class NotACandidate(HeadgateError):
    """There is no such version, or it does not show an evaluated model of the model log."""


def promote(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, version: int) -> Release:
    """Decide on a registered version, once, and return the release that records it.

    A version that was decided on keeps its decision: what a killed run left undone is done, nothing else.
    An alias that somebody moved since the last release is recorded first, as a release of its own.
    Raises NotACandidate, NoAddress, DecidedElsewhere.
    """
    pipeline, client = loaded.spec.pipeline, open_client()
    model, run = _candidate(client, pipeline, version)
    for release in releases(settings, pipeline):
        if release.decision in ("promote", "hold") and release.version == version:
            _carry_out(client, pipeline, release)
            return release
    _finish_last(client, pipeline, releases(settings, pipeline))
    now = champion(client, pipeline)
    _record_hand_move(spark, settings, pipeline, now)
    evaluation = _evaluation(client, run, pipeline, version)
    decision = decide(evaluation, loaded.spec.promotion or Promotion(), now.version if now else None)
    header = header_of(settings, pipeline, model)
    release = Release(
        release=len(releases(settings, pipeline)) + 1,
        decision=decision.outcome,
        version=version,
        model=model,
        previous_champion=now.version if now else None,
        reasons=[asdict(reason) for reason in decision.reasons],
        pins=header["pins"],
        code=header["code"],
        spec=header["spec"],
        frontier=header["frontier"],
        gate_reports=_gate_reports(settings, loaded, datetime.fromisoformat(header["frontier"])),
        evaluation={name: value for name, value in evaluation.items() if name not in ONLY_IN_MLFLOW},
    )
    append_release(spark, settings, pipeline, release)
    _carry_out(client, pipeline, release)
    return release


def why(release: Release) -> str:
    """The reasons in one line: those that failed, or all."""
    failed = [reason["said"] for reason in release.reasons if not reason["passed"]]
    return "; ".join(failed or [reason["said"] for reason in release.reasons])


def _carry_out(client: MlflowClient, pipeline: str, release: Release) -> None:
    """Tags, then the alias; the tag `headgate.release` says that it is done and keeps later moves by hand."""
    name = str(release.version)
    if client.get_model_version(pipeline, name).tags.get(RELEASE_TAG) == str(release.release):
        return
    client.set_model_version_tag(pipeline, name, DECISION_TAG, release.decision)
    client.set_model_version_tag(pipeline, name, WHY_TAG, why(release))
    trial = version_at(client, pipeline, CHALLENGER)
    if trial is not None and trial.version == release.version:
        client.delete_registered_model_alias(pipeline, CHALLENGER)
    now = champion(client, pipeline)
    if release.decision == "promote" and (now.version if now else None) == release.previous_champion:
        client.set_registered_model_alias(pipeline, CHAMPION, name)
    client.set_model_version_tag(pipeline, name, RELEASE_TAG, str(release.release))


def _finish_last(client: MlflowClient, pipeline: str, history: list[Release]) -> None:
    """Carry out the last decision where its run was killed before it could."""
    decided = [release for release in history if release.decision in ("promote", "hold")]
    if decided:
        _carry_out(client, pipeline, decided[-1])


def _record_hand_move(spark: SparkSession, settings: Settings, pipeline: str, now: Version | None) -> None:
    history = releases(settings, pipeline)
    version, before = (now.version if now else None), serving(history)
    if version == before:
        return
    said = f"the alias champion was moved in MLflow from version {before} to version {version}"
    release = Release(
        release=len(history) + 1,
        decision="by_hand",
        version=version,
        model=now.model if now else None,
        previous_champion=before,
        reasons=[{"check": "alias", "passed": True, "said": said.replace("version None", "nothing")}],
    )
    append_release(spark, settings, pipeline, release)


def _candidate(client: MlflowClient, pipeline: str, version: int) -> tuple[int, str]:
    """The model and the run of a registered version."""
    from mlflow.exceptions import MlflowException

    try:
        found = client.get_model_version(pipeline, str(version))
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        raise _not_a_candidate(pipeline, version, "does not exist") from error
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


def _gate_reports(settings: Settings, loaded: LoadedPipeline, frontier: datetime) -> dict[str, str]:
    """The report of each hop's last passed gate at the frontier of the candidate."""
    ledger = Ledger(settings, loaded.spec.pipeline, loaded.spec.hops[-1])
    return {entry.hop: entry.report for entry in ledger.done() if entry.range_end <= frontier}
