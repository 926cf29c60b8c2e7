"""Hours come out exactly once while processes of the stack are killed: the proof, with few kills."""

from __future__ import annotations

import pytest

from tests.proofs.kills import prove

SEED = 8
"""Draws a task, the supervisor and the engine."""


@pytest.mark.timeout(3000)
def test_nothing_differs_after_three_kills() -> None:
    assert prove(3, SEED)
