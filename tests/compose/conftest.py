"""One compose stack for all tests of this folder: built, started, killed at, and removed with its volumes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.compose.compose_stack import ComposeStack
from tests.compose.docker_engine import docker_engine
from tests.compose.eventful_demo import EventfulDemo
from tests.compose.roles import access_text

SECONDS = 3600
STORY = (
    "test_compose_demo",
    "test_compose_tables",
    "test_compose_access",
    "test_compose_roles",
    "test_compose_forms",
    "test_compose_secret",
    "test_compose_heals",
    "test_compose_upgrade",
    "test_compose_backup",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever comes first waits for image and demo; what restarts everything comes last.

    What has a stack of its own comes before, so that no two stacks are up at a time.
    """
    order = {name: place for place, name in enumerate(STORY)}
    for item in items:
        if item.path.parent.name == "compose":
            item.add_marker(pytest.mark.timeout(SECONDS))
    items.sort(key=lambda item: order.get(item.path.stem, -1))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    """A running stack with new secrets."""
    stack = ComposeStack(tmp_path_factory.mktemp("compose"))
    stack.settings.landing.mkdir()
    stack.settings.landing.chmod(0o777)  # the image's user writes the sample
    (stack.folder / "access.yaml").write_text(access_text())
    with docker_engine():
        answer = stack.headgate("init")
        assert answer.code == 0, answer.err
        try:
            stack.compose("up", "--detach", "--build", "--wait", seconds=1500)
            yield stack
        finally:
            stack.compose("--profile", "*", "down", "--volumes", "--timeout", "5")
        assert stack.left() == []


@pytest.fixture(scope="session")
def demo(stack: ComposeStack) -> EventfulDemo:
    """The demo, an hour after the backlog, while a worker and the engine are killed."""
    demo = EventfulDemo(stack)
    demo.run()
    return demo
