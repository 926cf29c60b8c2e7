"""The stack with lake and artifacts on S3: refused where the store is careless, else as ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from headgate.spec.settings import REPOSITORY
from tests.compose.compose_stack import ComposeStack
from tests.compose.docker_engine import docker_engine
from tests.compose.store_container import StoreContainer

PROJECT = "headgate-test-s3"
STORES = ("--lake", "s3://lake/headgate", "--artifacts", "s3://artifacts/mlflow")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    """A stack that is built and made, but not started; its store is on its network `store`."""
    stack = ComposeStack(tmp_path_factory.mktemp("compose-s3"), PROJECT)
    stack.settings.landing.mkdir()
    stack.settings.landing.chmod(0o777)  # the image's user writes the sample
    (stack.folder / "access.yaml").write_text((REPOSITORY / "access.yaml").read_text())
    stack.environment.update(StoreContainer.keys())
    with docker_engine():
        answer = stack.headgate("init", *STORES, "--endpoint", StoreContainer.ENDPOINT)
        assert answer.code == 0, answer.err
        try:
            stack.compose("create", "--build", seconds=1500)
            yield stack
        finally:
            stack.compose("--profile", "*", "down", "--volumes", "--timeout", "5")
        assert stack.left() == []


@pytest.fixture(scope="module")
def store(stack: ComposeStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreContainer]:
    """SeaweedFS in a container."""
    with StoreContainer(stack, tmp_path_factory.mktemp("store")).seaweedfs("lake", "artifacts") as store:
        yield store


@pytest.fixture(scope="module")
def demo(stack: ComposeStack, store: StoreContainer) -> dict[str, Any]:
    """The summary of the demo, one hour after the backlog."""
    stack.compose("up", "--detach", "--wait")
    summary: dict[str, Any] = json.loads(list(stack.lines("demo", "--hours", "1", "--json"))[-1])
    return summary


def test_a_careless_store_is_refused_before_anything_starts_that_writes(
    stack: ComposeStack, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with StoreContainer(stack, tmp_path_factory.mktemp("careless")).rclone("lake", "artifacts"):
        answer = stack.run("docker", "compose", "up", "--detach", "--wait")
        assert answer.code == 1
        assert "store-probe" in answer.err
        said = stack.compose("logs", "--no-color", "--no-log-prefix", "store-probe")
    assert "error: 4 of 4 writers made the same file, one more afterwards" in said
    running = {name for name, (found,) in stack.services().items() if found["State"] == "running"}
    assert running & {"engine", "airflow-scheduler", "mlflow"} == set()


def test_the_demo_ends_with_a_champion(demo: dict[str, Any]) -> None:
    assert demo["hours"] == {"runs": 2, "last_hour_done": "2013-01-29T00:00:00+00:00"}
    assert demo["gates"] == {"passed": 6, "closed": 0}
    assert demo["champion"]["version"] == 1


def test_tables_and_artifacts_are_in_the_buckets_and_in_no_volume(
    demo: dict[str, Any], stack: ComposeStack, store: StoreContainer
) -> None:
    logs = [key for key in store.objects("lake") if "/_delta_log/" in key]
    tables = {".".join(key.removeprefix("headgate/flights/").split("/")[:2]) for key in logs}
    assert {"bronze.flights", "silver.flights", "gold.examples", "ops.hops", "ops.models"} < tables
    assert any(key.endswith("/MLmodel") for key in store.objects("artifacts"))
    assert all(key.startswith("mlflow/") for key in store.objects("artifacts"))
    held = stack.inside("engine", "import os; print(sorted(os.listdir('/headgate')))")
    assert "'staging'" in held.out
    assert "'lake'" not in held.out


def test_queries_status_and_mlflow_show_it(demo: dict[str, Any], stack: ComposeStack) -> None:
    (counted,) = stack.rows("SELECT count(*) AS hops FROM flights_ops.hops WHERE state = 'done'")
    assert counted["hops"] >= 6
    answer = stack.headgate("status", "--json")
    assert answer.code == 0, answer.out + answer.err
    (flights,) = answer.last_line["pipelines"]
    assert flights["champion"] == "1"
    login = ("pipelines", stack.secret("MLFLOW_PIPELINES_PASSWORD"))
    asked = {"name": "flights", "version": 1, "path": "MLmodel"}
    with httpx.Client(base_url=stack.mlflow, auth=login, timeout=60, trust_env=False) as client:
        model = client.get("/model-versions/get-artifact", params=asked).raise_for_status()
    assert b"python_function" in model.content


def test_no_line_shows_the_keys(demo: dict[str, Any], stack: ComposeStack) -> None:
    text = stack.compose("logs", "--no-color")
    assert [secret for secret in StoreContainer.keys().values() if secret in text] == []


def test_a_backup_says_what_it_does_not_hold(demo: dict[str, Any], stack: ComposeStack) -> None:
    made = stack.headgate("backup", str(stack.folder / "backup"))
    assert made.code == 0, made.out + made.err
    assert "Not in it, and the store's to keep: s3a://lake/headgate and s3://artifacts/mlflow" in made.out
