"""Bring MLflow to what model log and release log say, after kills at any step and after changes by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.lake.paths import table_path
from headgate.releases.carry_out import carry_out, finish_last, tags_of_decision
from headgate.releases.end_forgotten_trial import end_forgotten_trial
from headgate.releases.hand_challenge import record_hand_challenge
from headgate.releases.hand_move import record_hand_move
from headgate.releases.judge import judge
from headgate.releases.model_headers import headers
from headgate.releases.model_log import nodes_of
from headgate.releases.projection import header_tags, show
from headgate.releases.registered_again import register_again, was_deleted
from headgate.releases.registry import (
    DECISION_TAG,
    LOG_TAG,
    MODEL_TAG,
    RELEASE_TAG,
    WHY_TAG,
    champion,
    open_client,
)
from headgate.releases.release_chain import breaks
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import DECIDED, Release, last_move, releases
from headgate.releases.report_page import keep_report
from headgate.releases.shown_models import ShownModel, shown_models
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

REPAIR = "releases reconcile"
"""Who decides that a model whose version was deleted serves on under another number."""


def reconcile(spark: SparkSession, settings: Settings, loaded: LoadedPipeline) -> list[str]:
    """Repair what MLflow shows of a pipeline, and say in sentences what was repaired; none: all was well.

    Models that the log has are shown again whole: run, figures, registered version, tags. Decisions on record
    are carried out. The aliases are somebody's to move, so a move is recorded and not undone: of `champion`
    as `by_hand`, of `challenger` as a trial that begins or ends. The trial of a model that may know who was
    forgotten ends. Where `champion` went with its version, it names the version that shows the same model
    now, on record as a `repair`. Where the registered model was deleted as a whole, all versions come back
    under their numbers, and the aliases with them.
    Raises NoAddress, ForeignChampion, DecidedElsewhere.
    """
    client, pipeline = open_client(), loaded.spec.pipeline
    if not headers(settings, pipeline):
        return []
    history = releases(settings, pipeline)
    found = shown_models(client, pipeline)
    said = [words for header in headers(settings, pipeline) for words in _tags_back(client, header, found)]
    if was_deleted(client, pipeline, history):
        said += register_again(
            client,
            pipeline,
            history,
            headers(settings, pipeline),
            lambda header: _show(spark, settings, loaded, client, header),
        )
        found = shown_models(client, pipeline)
        list(_decisions_back(client, pipeline, history, found))  # said already
    finish_last(client, pipeline, history)
    for header in headers(settings, pipeline):
        model = found.get(header["model"])
        if model is None or not model.complete:
            version = _show(spark, settings, loaded, client, header)
            said.append(f"model {header['model']} is shown as version {version}, with its run")
    said += _decisions_back(client, pipeline, history, shown_models(client, pipeline))
    said += _champion_back(spark, settings, loaded, client)
    said += end_forgotten_trial(spark, settings, loaded, client)
    said += record_hand_challenge(spark, settings, loaded, client)
    _log_tag_back(client, pipeline, releases(settings, pipeline))
    return said


def _show(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    client: MlflowClient,
    header: dict[str, Any],
) -> int:
    """Show one model; where it was never evaluated it is now, as far as it can be: see `judge`."""
    pipeline, number = loaded.spec.pipeline, header["model"]
    shown = show(
        client,
        header,
        nodes_of(settings, pipeline, number),
        table_path(settings.lake, pipeline, EXAMPLES),
        lambda: judge(spark, settings, loaded, client, header),
    )
    keep_report(client, shown.run, settings.reports, pipeline, number)
    return shown.version


def _tags_back(client: MlflowClient, header: dict[str, Any], found: dict[int, ShownModel]) -> Iterator[str]:
    """Undelete a model's run and give run and version the tags that say which model they show."""
    number, model = header["model"], found.get(header["model"])
    if model is None:
        return
    if model.run_deleted:
        client.restore_run(model.run)
        yield f"the run of model {number} was deleted, and is back"
    expected = {MODEL_TAG: str(number), **{k: str(v) for k, v in header_tags(header).items()}}
    wrong = {name: value for name, value in expected.items() if model.run_tags.get(name) != value}
    if wrong and model.run_finished:
        yield f"tags of the run of model {number} were changed: {', '.join(sorted(wrong))}"
    for name, value in wrong.items():
        client.set_tag(model.run, name, value)
    if model.version is not None and model.version_tags.get(MODEL_TAG) != str(number):
        client.set_model_version_tag(header["pipeline"], str(model.version), MODEL_TAG, str(number))
        yield f"version {model.version} did not say that it shows model {number}"


def _decisions_back(
    client: MlflowClient, pipeline: str, history: list[Release], found: dict[int, ShownModel]
) -> Iterator[str]:
    """Give each version the tags of the last decision about its model."""
    last = {row.model: row for row in history if row.decision in DECIDED}
    for number, model in found.items():
        if model.version is None:
            continue
        row, name = last.get(number), str(model.version)
        expected = tags_of_decision(row) if row else {}
        wrong = {
            tag: expected.get(tag)
            for tag in (DECISION_TAG, WHY_TAG, RELEASE_TAG)
            if model.version_tags.get(tag) != expected.get(tag)
        }
        for tag, value in wrong.items():
            if value is None:
                client.delete_model_version_tag(pipeline, name, tag)
            else:
                client.set_model_version_tag(pipeline, name, tag, value)
        if wrong:
            yield f"version {name} did not say what the release log says: {', '.join(sorted(wrong))}"


def _champion_back(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, client: MlflowClient
) -> Iterator[str]:
    """Record a move of the alias, or let it name the champion's model again where its version was deleted."""
    pipeline = loaded.spec.pipeline
    now, history = champion(client, pipeline), releases(settings, pipeline)
    moved = record_hand_move(spark, settings, loaded, client, now)
    if moved is not None:
        yield f"{moved.reasons[0]['said']}; it is honoured and recorded as release {moved.release}"
        return
    before = last_move(history)  # not the latest about its number: that may be another model's since
    if now is not None or before is None or before.version is None:
        return
    model = shown_models(client, pipeline).get(before.model or 0)
    if model is None or model.version is None:
        return
    said = (
        f"version {before.version} was deleted in MLflow while it served; version {model.version} shows its "
        "model now"
    )
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    row = Release(
        release=len(history) + 1,
        decision="repair",
        version=model.version,
        model=before.model,
        previous_champion=None,
        reasons=[{"check": "alias", "passed": True, "said": said}],
        frontier=frontier_now(ledger),
        decided_by=REPAIR,
        **manifest_of(settings, pipeline, ledger, before.model),
    )
    carry_out(client, pipeline, append_release(spark, settings, pipeline, row))
    yield f"{said} and serves, on record as release {row.release}"


def _log_tag_back(client: MlflowClient, pipeline: str, history: list[Release]) -> None:
    """Tell MLflow the last release; not where the log is broken, since what MLflow was told shows that."""
    if not history or breaks(history):
        return
    told = client.get_registered_model(pipeline).tags.get(LOG_TAG, "")
    rows = {f"{row.release} {row.hash}" for row in history}
    last = f"{history[-1].release} {history[-1].hash}"
    if told != last and (not told or told in rows):
        client.set_registered_model_tag(pipeline, LOG_TAG, last)
