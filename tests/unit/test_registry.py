"""What the registry says of versions, also where it has none and where it forbids more than it needs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from mlflow.entities.model_registry import (
    ModelVersion,
    ModelVersionTag,
    RegisteredModel,
    RegisteredModelAlias,
)
from mlflow.exceptions import MlflowException, RestException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from mlflow.utils.search_utils import SearchModelVersionUtils

from headgate.releases.registry import (
    Version,
    champion,
    registered_version,
    tags_of,
    version_at,
    version_of_model,
)

FORBIDDEN = RestException({"error_code": "PERMISSION_DENIED", "message": "Permission denied"})


def absent(what: str) -> MlflowException:
    """MLflow's answer for a model or version that it does not have."""
    return MlflowException(f"{what} not found", error_code=RESOURCE_DOES_NOT_EXIST)


@dataclass
class RegistryWithAccounts:
    """Answers as MLflow 3 with accounts does to an account that is no administrator's."""

    versions: dict[str, dict[str, str]] | None = None
    aliases: dict[str, str] = field(default_factory=dict)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """The model with its aliases."""
        if self.versions is None:
            raise absent(f"Registered Model with name={name}")
        aliases = [RegisteredModelAlias(alias, version) for alias, version in self.aliases.items()]
        return RegisteredModel(name, aliases=aliases)

    def get_model_version(self, name: str, version: str) -> ModelVersion:
        """A version; forbidden where there is no such model."""
        if self.versions is None:
            raise FORBIDDEN
        if version not in self.versions:
            raise absent(f"Model Version (name={name}, version={version})")
        found = ModelVersion(name, version, 0)
        found._tags = self.versions[version]
        return found


NO_MODEL = RegistryWithAccounts()
NO_ALIAS = RegistryWithAccounts({"1": {"headgate.model": "1"}})
SERVING = RegistryWithAccounts({"1": {}, "2": {"headgate.model": "7"}}, {"champion": "2", "other": "1"})


@pytest.mark.parametrize(
    ("registry", "alias", "version"),
    [
        (NO_MODEL, "champion", None),
        (NO_ALIAS, "champion", None),
        (SERVING, "champion", Version(2, 7)),
        (SERVING, "other", Version(1, None)),
        (SERVING, "challenger", None),
    ],
)
def test_the_version_under_an_alias(registry: Any, alias: str, version: Version | None) -> None:
    assert version_at(registry, "flights", alias) == version


def test_nothing_serves_where_no_model_is_registered_yet() -> None:
    assert champion(NO_MODEL, "flights") is None


@pytest.mark.parametrize(
    ("registry", "version", "tags"),
    [
        (NO_MODEL, 1, None),
        (NO_MODEL, None, None),
        (NO_ALIAS, 1, {"headgate.model": "1"}),
        (NO_ALIAS, 2, None),
        (SERVING, 1, {}),
    ],
)
def test_the_tags_of_a_version(registry: Any, version: int | None, tags: dict[str, str] | None) -> None:
    assert tags_of(registry, "flights", version) == tags


def test_a_version_of_a_model_that_is_not_registered_is_absent_and_not_forbidden() -> None:
    assert registered_version(NO_MODEL, "flights", 1) is None


def test_what_is_truly_forbidden_is_raised() -> None:
    class Closed(RegistryWithAccounts):
        def get_registered_model(self, name: str) -> RegisteredModel:
            raise FORBIDDEN

    with pytest.raises(MlflowException, match="Permission denied"):
        version_at(Closed(), "flights", "champion")


MANY = {"trains": (11, 12, 13, 14, 15, 12), "ferries": (11, 21)}
"""Of two pipelines the models that the versions 1, 2 and so on show; 12 is shown a second time."""


class ShortPages:
    """A registry whose pages hold two versions, and that answers searches only: a question a version would
    grow with the number of versions. Filters and orders are read as MLflow reads them."""

    def __init__(self) -> None:
        self.asked = 0
        self.versions = [
            ModelVersion(name, str(place), 0, tags=[ModelVersionTag("headgate.model", str(model))])
            for name, models in MANY.items()
            for place, model in enumerate(models, start=1)
        ]

    def search_model_versions(
        self, filter_string: str, max_results: int, order_by: list[str] | None = None
    ) -> list[ModelVersion]:
        """The first page of the answer, the newest version first unless asked otherwise."""
        self.asked += 1
        found = SearchModelVersionUtils.filter(self.versions, filter_string)
        found = SearchModelVersionUtils.sort(found, order_by or ["version_number DESC"])
        return list(found)[: min(max_results, 2)]


@pytest.mark.parametrize(
    ("pipeline", "model", "version"),
    [
        ("trains", 11, "1"),
        ("trains", 12, "2"),
        ("trains", 15, "5"),
        ("trains", 1, None),
        ("trains", 21, None),
        ("ferries", 21, "2"),
        ("canals", 11, None),
    ],
)
def test_the_version_of_a_model_is_one_question_however_many_versions_there_are(
    pipeline: str, model: int, version: str | None
) -> None:
    registry: Any = ShortPages()
    found = version_of_model(registry, pipeline, model)
    assert (None if found is None else found.version) == version
    assert found is None or found.tags == {"headgate.model": str(model)}
    assert registry.asked == 1
