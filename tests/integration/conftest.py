"""One stack and one demo for all integration tests; the tests run in the order of the story they tell."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.stack.secrets import AIRFLOW_USER
from tests.integration.browser import Browser, open_browser
from tests.integration.headgate_stack import Demo, HeadgateStack

STORY = (
    "test_demo",
    "test_demo_tables",
    "test_browser",
    "test_quarantine",
    "test_closed_gate",
    "test_cancelled_backfill",
    "test_journey",
    "test_second_stack",
)
DEMO_SECONDS = 1800


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Later tests go on from the hours that earlier ones ran; whoever comes first waits for the demo."""
    ours = [item for item in items if item.path.parent.name == "integration"]
    for item in ours:
        item.add_marker(pytest.mark.timeout(DEMO_SECONDS))
    order = {name: place for place, name in enumerate(STORY)}
    items.sort(key=lambda item: order.get(item.path.stem, -1) if item in ours else -2)


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


@pytest.fixture(scope="module")
def browser(demo: Demo, stack: HeadgateStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that is logged in to Airflow."""
    password = (stack.home / "secrets" / "airflow_password").read_text().strip()
    with open_browser(tmp_path_factory.mktemp("profile")) as browser:
        browser.log_in(stack.addresses.airflow, AIRFLOW_USER, password)
        yield browser


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for the pictures."""
    named = os.environ.get("HEADGATE_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")
