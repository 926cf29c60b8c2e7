"""One demo, and a second stack beside it; the tests run in the order of the story that they tell."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.airflow.names import approve_dag_id
from headgate.cli.backfill import wait_for_dag
from headgate.spec.settings import REPOSITORY
from headgate.stack.airflow_client import AirflowClient
from tests.alert_receivers import Channel, channel
from tests.integration.browser import Browser, logged_in
from tests.integration.headgate_stack import Demo, HeadgateStack

STORY = (
    "test_demo",
    "test_demo_tables",
    "test_browser",
    "test_second_stack",
    "test_quarantine",
    "test_journey",
    "test_closed_gate",
    "test_cancelled_backfill",
    "test_closed_gate_in_browser",
    "test_promotion_in_browser",
    "test_stopping_one_stack",
)
DEMO_SECONDS = 1800
ALERTS = "alerts: {to: [shop_channel]}\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Later tests go on from the hours that earlier ones ran; whoever comes first waits for the demo.

    The stack of the demo learns from its last hour while other tests use the second one.
    """
    ours = [item for item in items if item.path.parent.name == "integration"]
    for item in ours:
        item.add_marker(pytest.mark.timeout(DEMO_SECONDS))
    order = {name: place for place, name in enumerate(STORY)}
    items.sort(key=lambda item: order.get(item.path.stem, -1) if item in ours else -2)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeadgateStack]:
    """A stack in a fresh home, with specs that may be changed; the demo starts it, stopped at the end."""
    root = tmp_path_factory.mktemp("flights")
    for name in ("pipelines", "expectations"):
        shutil.copytree(REPOSITORY / name, root / name)
    stack = HeadgateStack(root / "home", root)
    yield stack
    answer = stack.headgate("down")
    assert answer.code == 0, answer.err


@pytest.fixture(scope="session")
def demo(stack: HeadgateStack) -> Demo:
    """The demo in a fresh home, three hours after the backlog."""
    demo = Demo(stack)
    assert demo.answer.code == 0, f"{demo.answer.out}\n{demo.answer.err}"
    return demo


@pytest.fixture(scope="session")
def asking(demo: Demo, stack: HeadgateStack) -> None:
    """From here on somebody has to approve before a newer version serves: one more line in the spec."""
    spec = stack.root / "pipelines" / "flights" / "pipeline.yaml"
    spec.write_text(f"{spec.read_text()}  ask: [refresh]\n")
    with AirflowClient(stack.settings) as client:
        wait_for_dag(client, "flights", approve_dag_id("flights"))


@pytest.fixture(scope="session")
def told() -> Iterator[Channel]:
    """The channel that the people of the pipeline `shop` read."""
    with channel() as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SHOP_CHANNEL", found.connection())
        yield found


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, told: Channel) -> Iterator[HeadgateStack]:
    """A stack of its own with one new pipeline, in folders of its own; its hours are quick."""
    root = tmp_path_factory.mktemp("second")
    stack = HeadgateStack(root / "home", root, "shop", "silver")
    made = stack.headgate("new", "shop")
    assert made.code == 0, made.err
    spec = root / "pipelines" / "shop" / "pipeline.yaml"
    spec.write_text(spec.read_text() + ALERTS)
    try:
        started = stack.headgate("up")
        assert started.code == 0, started.out + started.err
        yield stack
    finally:
        stopped = stack.headgate("down")
    assert stopped.code == 0, stopped.err


@pytest.fixture(scope="module")
def browser(demo: Demo, stack: HeadgateStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that is logged in to Airflow."""
    with logged_in(stack, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the pictures."""
    named = os.environ.get("HEADGATE_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")
