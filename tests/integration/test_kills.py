"""Whatever is killed in the midst of the hours, everything comes out once."""

from __future__ import annotations

from tests.integration.headgate_stack import Demo, HeadgateStack
from tests.proofs.kills import kill_while_hours_run

KILLS = 3
SEED = 66
"""Draws the engine, a task and the scheduler."""


def test_kills_lose_nothing_and_double_nothing(demo: Demo, stack: HeadgateStack) -> None:
    outcome = kill_while_hours_run(stack, KILLS, SEED)
    assert outcome.differences == []
    assert len(outcome.kills) == KILLS
