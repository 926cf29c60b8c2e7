"""`headgate prove` hands over what it was given, and fails where the proof fails."""

from __future__ import annotations

from types import ModuleType

import pytest
from typer.testing import CliRunner

from headgate.cli.app import build
from tests.proofs import convergence, kills


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
@pytest.mark.parametrize(("proof", "number"), [(convergence, "--runs"), (kills, "--kills")])
def test_the_exit_code_tells_whether_it_holds(
    monkeypatch: pytest.MonkeyPatch, proof: ModuleType, number: str, holds: bool, code: int
) -> None:
    asked: list[tuple[int, int]] = []

    def prove(count: int, seed: int) -> bool:
        asked.append((count, seed))
        return holds

    monkeypatch.setattr(proof, "prove", prove)
    words = ["prove", proof.__name__.rpartition(".")[2], number, "40", "--seed", "7"]
    assert CliRunner().invoke(build(words), words).exit_code == code
    assert asked == [(40, 7)]
