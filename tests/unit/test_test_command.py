"""`headgate test` leaves the compose stack out unless it is asked for, and what would not end in time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from headgate.cli import test as command
from headgate.cli.app import build

ALWAYS = ["unit", "integration/demo", "hours", "learning", "operations", "s3", "integration/shop", "s3"]
ON_DEMAND = ["proofs", "compose"]


class Machine:
    """A clock, moved by the seconds that a part takes here; `codes` are exit codes by folder."""

    def __init__(self, seconds: dict[str, float], codes: dict[str, int]) -> None:
        self.seconds = seconds
        self.codes = codes
        self.now = 100.0
        self.ran: list[str] = []
        self.steps: list[list[str]] = []

    def run(self, step: list[str]) -> int:
        self.steps.append(step)
        first = next((word for word in step if word.startswith("tests/")), "")
        folder = next((found for found in ALWAYS + ON_DEMAND if first.startswith(f"tests/{found}")), "")
        if folder:
            self.ran.append(folder)
        self.now += self.seconds.get(folder, 0.0)
        return self.codes.get(folder, 0)


@pytest.fixture
def tested(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Result, Machine]]:
    def run(
        *words: str, seconds: dict[str, float] | None = None, codes: dict[str, int] | None = None
    ) -> tuple[Result, Machine]:
        machine = Machine(seconds or {}, codes or {})
        monkeypatch.setattr(command, "_run", machine.run)
        monkeypatch.setattr("headgate.cli.test.time.monotonic", lambda: machine.now)
        return CliRunner().invoke(build(["test", *words]), ["test", *words]), machine

    return run


@pytest.mark.parametrize(("switches", "parts"), [([], ALWAYS), (["--compose"], ALWAYS + ON_DEMAND)])
def test_the_compose_stack_and_the_kills_are_tested_on_demand(
    tested: Callable[..., tuple[Result, Machine]], switches: list[str], parts: list[str]
) -> None:
    result, machine = tested(*switches)
    assert result.exit_code == 0
    assert machine.ran == parts
    assert len(machine.steps) == 4 + len(parts)  # style, format, types, layers


def test_arguments_go_to_pytest_alone(tested: Callable[..., tuple[Result, Machine]]) -> None:
    result, machine = tested("tests/compose", "-x", "-k", "tables")
    assert result.exit_code == 0
    assert [step[-4:] for step in machine.steps] == [["tests/compose", "-x", "-k", "tables"]]


def test_all_runs_where_there_is_time(tested: Callable[..., tuple[Result, Machine]]) -> None:
    result, machine = tested("--compose", "--within", "75", seconds={"unit": 300.0})
    assert result.exit_code == 0
    assert machine.ran == ALWAYS + ON_DEMAND
    assert "left out" not in result.output


def test_what_would_not_end_in_time_is_left_out_and_named(
    tested: Callable[..., tuple[Result, Machine]],
) -> None:
    slow = {"unit": 750.0, "integration/demo": 1800.0, "hours": 1150.0, "learning": 500.0, "s3": 100.0}
    result, machine = tested("--compose", "--within", "75", seconds=slow)
    assert result.exit_code == 0
    assert machine.ran == ["unit", "integration/demo", "hours", "learning", "s3"]
    assert [line for line in result.output.splitlines() if "left out" in line] == [
        f"left out, for it would not end within 75 minutes: {name}"
        for name in ("operations", "the second stack", "a pipeline on S3", "kills", "the compose stack")
    ]


def test_one_failed_part_fails_the_run_and_the_others_run_all_the_same(
    tested: Callable[..., tuple[Result, Machine]],
) -> None:
    result, machine = tested(codes={"hours": 1})
    assert result.exit_code == 1
    assert machine.ran == ALWAYS
    assert [line for line in result.output.splitlines() if line.startswith("failed: ")] == [
        "failed: python -m pytest --durations=40 -n 2 --dist loadfile --no-loadscope-reorder tests/hours"
    ]
