"""A demo (`demo`), and a stack with a small pipeline (`shop`); tests run in the order of their story."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alert_receivers import Channel, channel
from tests.integration.browser import Browser, logged_in
from tests.integration.headgate_stack import Demo, HeadgateStack

STORY = (
    "test_demo",
    "test_demo_tables",
    "test_browser",
    "test_quarantine",
    "test_journey",
    "test_notebook",
    "test_stack",
    "test_second_stack",  # both stacks are up here and in the next only: each takes a good part of a core
    "test_stopping_one_stack",
    "test_closed_gate",
    "test_cancelled_backfill",
    "test_replay",
    "test_maintenance",
    "test_closed_gate_in_browser",
    "test_hostile_records_in_browser",
    "test_promotion_in_browser",
)
DEMO_SECONDS = 3000
ALERTS = "alerts: {to: [shop_channel]}\n"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Later tests go on from the hours that earlier ones ran; whoever comes first waits for the demo."""
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in ours:
        item.add_marker(pytest.mark.timeout(DEMO_SECONDS))
    order = {name: place for place, name in enumerate(STORY)}
    items.sort(key=lambda item: order[item.path.stem] if item in ours else -1)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeadgateStack]:
    """A stack in a fresh home, which the demo starts; stopped at the end."""
    stack = HeadgateStack(tmp_path_factory.mktemp("home"))
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
def visitor(shop: HeadgateStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that is logged in to the Airflow of the second stack."""
    with logged_in(shop, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


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
