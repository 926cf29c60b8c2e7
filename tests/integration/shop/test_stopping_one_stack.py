"""One of two stacks is stopped, in the middle of whatever it does."""

from __future__ import annotations

from tests.integration.headgate_stack import HeadgateStack


def test_stopping_one_leaves_the_other_at_work(shop: HeadgateStack, stack: HeadgateStack) -> None:
    assert stack.headgate("down").code == 0
    assert all(part["healthy"] for part in shop.status()["parts"])
