"""Tell MLflow of a decision that is on record: tags, then the alias `champion` or `challenger`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.releases.registry import (
    CHALLENGER,
    CHAMPION,
    DECISION_TAG,
    LOG_TAG,
    MODEL_TAG,
    RELEASE_TAG,
    WHY_TAG,
    champion,
    is_told_of_log,
    tags_of,
    version_at,
)
from headgate.releases.release_rows import ASK, CHALLENGE, DECIDED, MOVES, Release
from headgate.releases.why import why

if TYPE_CHECKING:
    from mlflow import MlflowClient


def carry_out(client: MlflowClient, pipeline: str, release: Release) -> None:
    """Tags, then the alias; the tag `headgate.release` says that it is done and keeps later moves by hand.

    A release that a later one about the same version followed is done as well, and of a version that was
    deleted in MLflow, or whose number another model has since, nothing can be told. A registered model that
    took the place of a deleted one is told of the log by `reconcile`, which gives it the old numbers first.
    """
    name, tags = str(release.version), tags_of(client, pipeline, release.version)
    if tags is None or int(tags.get(RELEASE_TAG) or 0) >= release.release:
        return
    if release.model is not None and tags.get(MODEL_TAG) != str(release.model):
        return
    said = tags_of_decision(release)
    for tag in (DECISION_TAG, WHY_TAG):
        client.set_model_version_tag(pipeline, name, tag, said[tag])
    trial = version_at(client, pipeline, CHALLENGER)
    if release.decision == CHALLENGE:
        client.set_registered_model_alias(pipeline, CHALLENGER, name)
    elif release.decision != ASK and trial is not None and trial.version == release.version:
        client.delete_registered_model_alias(pipeline, CHALLENGER)
    now = champion(client, pipeline)
    moves = release.decision in MOVES
    if moves and (now.version if now else None) == release.previous_champion:
        client.set_registered_model_alias(pipeline, CHAMPION, name)
    if release.release == 1 or is_told_of_log(client, pipeline):
        client.set_registered_model_tag(pipeline, LOG_TAG, f"{release.release} {release.hash}")
    client.set_model_version_tag(pipeline, name, RELEASE_TAG, said[RELEASE_TAG])


def tags_of_decision(release: Release) -> dict[str, str]:
    """What the version's tags say of a decision; the last of them that it is carried out."""
    return {
        DECISION_TAG: release.decision,
        WHY_TAG: why(release),
        RELEASE_TAG: str(release.release),
    }


def finish_last(client: MlflowClient, pipeline: str, history: list[Release]) -> None:
    """Carry out the last decision where its run was killed before it could."""
    decided = [release for release in history if release.decision in DECIDED]
    if decided:
        carry_out(client, pipeline, decided[-1])
