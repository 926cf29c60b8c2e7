"""`headgate prove` hands over what it was given, and fails where the proof fails."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from headgate.cli.app import build
from tests.proofs import convergence


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_tells_whether_it_holds(
    monkeypatch: pytest.MonkeyPatch, holds: bool, code: int
) -> None:
    asked: list[tuple[int, int]] = []

    def prove(runs: int, seed: int) -> bool:
        asked.append((runs, seed))
        return holds

    monkeypatch.setattr(convergence, "prove", prove)
    words = ["prove", "convergence", "--runs", "40", "--seed", "7"]
    assert CliRunner().invoke(build(words), words).exit_code == code
    assert asked == [(40, 7)]
