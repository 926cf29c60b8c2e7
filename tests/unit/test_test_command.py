"""`headgate test` leaves the compose stack out unless it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import pytest
from typer.testing import CliRunner

from headgate.cli import test as command
from headgate.cli.app import build
from headgate.stack.java import Java


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The steps that are run; all of them pass."""
    run: list[list[str]] = []

    def step(line: list[str], output: IO[bytes] | None = None) -> int:
        run.append(line)
        return 0

    monkeypatch.setattr(command, "_run", step)
    return run


@pytest.mark.parametrize(("switches", "included"), [([], False), (["--compose"], True)])
def test_the_compose_stack_and_the_kills_are_tested_on_demand(
    steps: list[list[str]], switches: list[str], included: bool
) -> None:
    words = ["test", *switches]
    assert CliRunner().invoke(build(words), words).exit_code == 0
    for folder in ("tests/compose", "tests/proofs"):
        assert any(word.startswith(folder) for step in steps for word in step) == included
    assert sum("tests/unit" in step for step in steps) == 1
    (store,) = (step for step in steps if any(word.startswith("tests/s3") for word in step))  # its own Spark
    few = ["tests/s3/test_probe.py", "tests/s3/test_writers.py"]
    assert store[-2:] == few


@pytest.mark.parametrize("switches", [[], ["--compose"]])
def test_the_embedded_stack_is_tested_each_time(steps: list[list[str]], switches: list[str]) -> None:
    words = ["test", *switches]
    assert CliRunner().invoke(build(words), words).exit_code == 0
    tests = "tests/integration"
    assert [step[-2:] for step in steps if tests in step] == [["--durations=40", tests]]


def test_arguments_go_to_pytest_alone(steps: list[list[str]]) -> None:
    words = ["test", "tests/compose", "-x", "-k", "tables"]
    assert CliRunner().invoke(build(words), words).exit_code == 0
    assert [step[-4:] for step in steps] == [["tests/compose", "-x", "-k", "tables"]]


def test_what_runs_beside_is_shown_when_it_has_ended_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    java = Java(Path("/java/bin/java"), Path("/java"), 17)
    monkeypatch.setattr(command, "find_java", lambda: java)
    shown, first = ["sh", "-c", "echo shown"], ["sh", "-c", "echo kept; echo wrong >&2; exit 3"]
    assert command._run_beside(shown, first, ["echo", "second"]) == [first]
    assert [line for line in capfd.readouterr().out.splitlines() if line and line[0] != "$"] == [
        "shown",
        "kept",
        "wrong",
        "second",
    ]
