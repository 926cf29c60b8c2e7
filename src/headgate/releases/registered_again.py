"""Register a pipeline's versions again after their registered model was deleted as a whole in MLflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from headgate.releases.registry import (
    CHALLENGER,
    CHAMPION,
    is_told_of_log,
    shows,
    version_at,
    version_of_model,
)
from headgate.releases.release_rows import Release, last_move
from headgate.releases.trials import on_trial

if TYPE_CHECKING:
    from mlflow import MlflowClient


def was_deleted(client: MlflowClient, pipeline: str, history: list[Release]) -> bool:
    """Whether the registered model is not the one that was told of the release log: it carries that tag."""
    return bool(history) and not is_told_of_log(client, pipeline)


def register_again(
    client: MlflowClient,
    pipeline: str,
    history: list[Release],
    headers: Sequence[dict[str, Any]],
    show: Callable[[dict[str, Any]], int],
) -> list[str]:
    """Show all models under the numbers that the release log knows them by, set the aliases, and say so.

    A new registered model counts its versions from 1. MLflow never gives the number of a deleted version
    again, so a version that comes too low is deleted and comes anew, until it has its number. Models that
    nothing was decided on come last. `show` shows a model and gives its version.
    """
    numbers = {row.model: row.version for row in history if row.model is not None and row.version is not None}
    missing = [header for header in headers if version_of_model(client, pipeline, header["model"]) is None]
    for header in sorted(headers, key=lambda header: numbers.get(header["model"], inf)):
        number = numbers.get(header["model"], 0)
        while (version := show(header)) < number:
            client.delete_model_version(pipeline, str(version))
    _aliases_back(client, pipeline, history)
    if not missing:
        return []
    return [
        f"the registered model {pipeline} was deleted in MLflow: {len(missing)} of its versions are "
        "registered again, under the numbers that the release log knows, with its aliases"
    ]


def _aliases_back(client: MlflowClient, pipeline: str, history: list[Release]) -> None:
    """Set the aliases that went, where the version is there and shows the model that it showed."""
    for alias, row in ((CHAMPION, last_move(history)), (CHALLENGER, on_trial(history))):
        if row is None or row.version is None or version_at(client, pipeline, alias) is not None:
            continue
        if shows(client, pipeline, row.version, row.model):
            client.set_registered_model_alias(pipeline, alias, str(row.version))
