"""A registered model that was deleted comes back with the version numbers that the release log knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from headgate.releases.carry_out import carry_out
from headgate.releases.registered_again import register_again, was_deleted
from headgate.releases.registry import open_client, version_at, version_of_model
from headgate.releases.release_rows import Release

if TYPE_CHECKING:
    from mlflow import MlflowClient

HEADERS = [{"model": model} for model in (1, 2, 3, 4)]
HISTORY = [
    Release(1, "promote", 1, 1, None, []),
    Release(2, "repair", 2, 1, None, []),  # version 1 had been deleted
    Release(3, "promote", 5, 2, 2, []),  # versions 3 and 4 were not Headgate's
    Release(4, "challenge", 6, 3, 5, []),
]
"""Nothing was decided on model 4 yet."""
SAID = (
    "the registered model trains was deleted in MLflow: {} of its versions are registered again, under the "
    "numbers that the release log knows, with its aliases"
)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MlflowClient]:
    """A registry of its own."""
    home = tmp_path_factory.mktemp("registry")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home}/mlflow.db")
        patch.chdir(home)
        yield open_client()


@pytest.fixture
def client(registry: MlflowClient) -> MlflowClient:
    """The registry without the registered model."""
    if registry.search_registered_models("name = 'trains'"):
        registry.delete_registered_model("trains")
    return registry


def again(client: MlflowClient, die_at: int = 99) -> list[str]:
    """Register the models as `show` does; at the given version the process dies."""

    def show(header: dict[str, Any]) -> int:
        if not client.search_registered_models("name = 'trains'"):
            client.create_registered_model("trains")
        found = version_of_model(client, "trains", header["model"])
        if found is None:
            tags = {"headgate.model": str(header["model"])}
            found = client.create_model_version("trains", "file:///nowhere", tags=tags)
            if int(found.version) == die_at:
                raise KeyboardInterrupt
        return int(found.version)

    return register_again(client, "trains", HISTORY, HEADERS, show)


def registered(client: MlflowClient) -> dict[int, int]:
    """Each version's model."""
    found = client.search_model_versions("name = 'trains'")
    return {int(one.version): int(one.tags["headgate.model"]) for one in found}


def test_versions_come_back_under_their_numbers_with_the_aliases(client: MlflowClient) -> None:
    assert was_deleted(client, "trains", HISTORY)
    assert not was_deleted(client, "trains", [])
    assert again(client) == [SAID.format(4)]
    assert registered(client) == {2: 1, 5: 2, 6: 3, 7: 4}
    champion, challenger = (version_at(client, "trains", alias) for alias in ("champion", "challenger"))
    assert champion is not None and challenger is not None
    assert (champion.version, champion.model) == (5, 2)
    assert (challenger.version, challenger.model) == (6, 3)
    assert again(client) == []
    client.set_registered_model_tag("trains", "headgate.release_log", "4 digest")
    assert not was_deleted(client, "trains", HISTORY)


@pytest.mark.parametrize("version", [1, 3, 5, 7])
def test_they_do_where_the_process_died_on_the_way(client: MlflowClient, version: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        again(client, die_at=version)
    assert was_deleted(client, "trains", HISTORY)
    again(client)
    assert registered(client) == {2: 1, 5: 2, 6: 3, 7: 4}


def test_an_alias_is_not_set_on_a_number_that_another_model_took(client: MlflowClient) -> None:
    client.create_registered_model("trains")
    for _ in range(5):
        client.create_model_version("trains", "file:///nowhere", tags={"headgate.model": "4"})
    again(client)
    assert registered(client)[5] == 4
    assert version_at(client, "trains", "champion") is None
    assert client.get_model_version("trains", "6").tags["headgate.model"] == "1"


def test_the_alias_is_that_of_the_last_move_whatever_was_said_of_its_number_since(
    client: MlflowClient,
) -> None:
    """Another model had the number in between, and was held."""
    client.create_registered_model("trains")
    client.create_model_version("trains", "file:///nowhere", tags={"headgate.model": "1"})
    history = [Release(1, "promote", 1, 1, None, []), Release(2, "hold", 1, 2, None, [])]
    register_again(client, "trains", history, [{"model": 1}], lambda _: 1)
    served = version_at(client, "trains", "champion")
    assert served is not None
    assert (served.version, served.model) == (1, 1)


@pytest.mark.parametrize(("release", "told"), [(1, "1 digest"), (2, None)])
def test_a_new_registered_model_is_not_told_of_a_log_that_began_before_it(
    client: MlflowClient, release: int, told: str | None
) -> None:
    client.create_registered_model("trains")
    client.create_model_version("trains", "file:///nowhere", tags={"headgate.model": "2"})
    carry_out(client, "trains", Release(release, "hold", 1, 2, None, [], hash="digest"))
    assert client.get_model_version("trains", "1").tags["headgate.decision"] == "hold"
    assert client.get_registered_model("trains").tags.get("headgate.release_log") == told
