"""MLflow: where it is, and what its registry says about the versions of a pipeline's model."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from headgate.spec.errors import HeadgateError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

CHAMPION = "champion"
CHALLENGER = "challenger"
MODEL_TAG = "headgate.model"
DECISION_TAG = "headgate.decision"
WHY_TAG = "headgate.why"
RELEASE_TAG = "headgate.release"
LOG_TAG = "headgate.release_log"
"""On the registered model: number and digest of the last release that MLflow was told of."""
ABSENT = "RESOURCE_DOES_NOT_EXIST"

Found = TypeVar("Found")


class NoAddress(HeadgateError):
    """Nobody said where MLflow is."""


@dataclass(frozen=True)
class Version:
    """A registered version and the model of the model log that it shows (None: not one of Headgate's)."""

    version: int
    model: int | None


def tracking_address() -> str:
    """MLflow's address, from MLFLOW_TRACKING_URI. Raises NoAddress."""
    address = os.environ.get("MLFLOW_TRACKING_URI")
    if not address:
        raise NoAddress(
            "there is no address of MLflow: MLFLOW_TRACKING_URI is not set",
            where="the environment of this process",
            left="nothing was changed",
            next_command="./headgate up, or set the Airflow connection headgate_mlflow",
        )
    return address


def open_client() -> MlflowClient:
    """A client of tracking and registry at the address."""
    from mlflow import MlflowClient

    address = tracking_address()
    return MlflowClient(tracking_uri=address, registry_uri=address)


def version_at(client: MlflowClient, pipeline: str, alias: str) -> Version | None:
    """The version that an alias names now, whoever set it; None where the alias is not set."""
    model = _registered(client, pipeline)
    if model is None or alias not in model.aliases:
        return None
    found = _version_of(client, pipeline, int(model.aliases[alias]))
    return None if found is None else _version(found)


def registered_version(client: MlflowClient, pipeline: str, version: int) -> ModelVersion | None:
    """A version with its tags; None where MLflow has no such version."""
    return None if _registered(client, pipeline) is None else _version_of(client, pipeline, version)


def champion(client: MlflowClient, pipeline: str) -> Version | None:
    """What serves: the version under the alias `champion`."""
    return version_at(client, pipeline, CHAMPION)


def tags_of(client: MlflowClient, pipeline: str, version: int | None) -> dict[str, str] | None:
    """The tags of a registered version; None where MLflow has no such version."""
    found = None if version is None else registered_version(client, pipeline, version)
    return None if found is None else dict(found.tags)


def shows(client: MlflowClient, pipeline: str, version: int | None, model: int | None) -> bool:
    """Whether MLflow has the version, and it shows this model of the model log (None: any, or none of them).

    A number alone does not say so: where the registered model was deleted, versions count from 1 again.
    """
    tags = tags_of(client, pipeline, version)
    return tags is not None and (model is None or tags.get(MODEL_TAG) == str(model))


def is_told_of_log(client: MlflowClient, pipeline: str) -> bool:
    """Whether the registered model is there, and was told of the release log: it carries that tag."""
    model = _registered(client, pipeline)
    return model is not None and LOG_TAG in model.tags


def version_of_model(client: MlflowClient, pipeline: str, model: int) -> ModelVersion | None:
    """The registered version that shows a model of the model log, with its tags; of several the oldest."""
    shows = f"name = '{pipeline}' AND tags.`{MODEL_TAG}` = '{model}'"
    found = client.search_model_versions(shows, max_results=1, order_by=["version_number ASC"])
    return found[0] if found else None


def _registered(client: MlflowClient, pipeline: str) -> RegisteredModel | None:
    """The registered model, asked for before its versions: of a model that it does not have, a server with
    accounts says that its versions are forbidden, to everyone but an administrator.
    """
    return _unless_absent(lambda: client.get_registered_model(pipeline))


def _version_of(client: MlflowClient, pipeline: str, version: int) -> ModelVersion | None:
    return _unless_absent(lambda: client.get_model_version(pipeline, str(version)))


def _unless_absent(ask: Callable[[], Found]) -> Found | None:
    """What MLflow answers; None where it says that it has no such thing."""
    from mlflow.exceptions import MlflowException

    try:
        return ask()
    except MlflowException as error:
        if error.error_code == ABSENT:
            return None
        raise


def _version(found: ModelVersion) -> Version:
    tag = found.tags.get(MODEL_TAG)
    return Version(int(found.version), int(tag) if tag else None)
