"""`headgate test`: what runs, what runs at once, and that a failure of any of it is told."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from headgate.cli import test as command
from headgate.cli.app import build

PASSES = [sys.executable, "-c", "print('all is well')"]
FAILS = [sys.executable, "-c", "print('it rains'); raise SystemExit(1)"]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The steps that are run; all of them pass."""
    run: list[list[str]] = []

    def step(line: list[str]) -> int:
        run.append(line)
        return 0

    def together(*lines: list[str]) -> list[list[str]]:
        run.extend(lines)
        return []

    monkeypatch.setattr(command, "_run", step)
    monkeypatch.setattr(command, "_run_together", together)
    return run


@pytest.mark.parametrize(("switches", "included"), [([], False), (["--compose"], True)])
def test_the_compose_stack_is_tested_on_demand(
    steps: list[list[str]], switches: list[str], included: bool
) -> None:
    words = ["test", *switches]
    assert CliRunner().invoke(build(words), words).exit_code == 0
    assert any("tests/compose/test_compose_demo.py" in step for step in steps) == included
    assert sum("tests/unit" in step for step in steps) == 1
    assert sum("tests/integration" in step for step in steps) == 1


@pytest.mark.parametrize(
    ("waiting", "working", "failed"),
    [
        (PASSES, PASSES, []),
        (FAILS, PASSES, [FAILS]),
        (PASSES, FAILS, [FAILS]),
        (FAILS, FAILS, [FAILS, FAILS]),
    ],
)
def test_of_two_steps_at_once_each_tells_how_it_went(
    waiting: list[str],
    working: list[str],
    failed: list[list[str]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert command._run_together(waiting, working) == failed
    told = "it rains" if waiting is FAILS else "all is well"
    assert capfd.readouterr().out.rstrip().endswith(told)


def test_arguments_go_to_pytest_alone(steps: list[list[str]]) -> None:
    words = ["test", "tests/compose", "-x", "-k", "tables"]
    assert CliRunner().invoke(build(words), words).exit_code == 0
    assert [step[-4:] for step in steps] == [["tests/compose", "-x", "-k", "tables"]]
