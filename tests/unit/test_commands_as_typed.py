"""Messages name commands as they are typed where they are read: HEADGATE_COMMAND."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from headgate.cli.app import main
from headgate.cli.plan_document import replay_commands
from headgate.cli.progress import Progress
from headgate.cli.status import told_lines
from headgate.gates.ways_out import next_step
from headgate.planning.replay import Replay
from headgate.spec.command import as_typed
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.hours import Hours
from headgate.spec.settings import REPOSITORY, Settings

COMPOSE = "./headgate compose"


@pytest.fixture
def compose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_COMMAND", COMPOSE)


@pytest.mark.parametrize(
    ("command", "text", "expected"),
    [
        (None, "./headgate run air, then ./headgate up", "./headgate run air, then ./headgate up"),
        ("", "./headgate run air", "./headgate run air"),
        (COMPOSE, "./headgate status, then `./headgate run air`",
         "./headgate compose status, then `./headgate compose run air`"),
        (COMPOSE, "./headgate status, then ./headgate up",
         "./headgate compose status, then docker compose up -d --wait"),
        (COMPOSE, "./headgate doctor, then the same", "docker compose ps --all, then the same"),
        (COMPOSE, "./headgate down", "docker compose down"),
        (COMPOSE, "mend the files, then ./headgate check air", "mend the files, then ./headgate check air"),
        (COMPOSE, "./headgate new NAME", "./headgate new NAME"),
        (COMPOSE, "./headgate compose accounts", "./headgate compose accounts"),
        (COMPOSE, "headgate run, ./headgate, ./headgate-2 run", "headgate run, ./headgate, ./headgate-2 run"),
        ("gate", "./headgate doctor, then ./headgate run air", "gate doctor, then gate run air"),
        ("./headgate far", "./headgate run air", "./headgate far run air"),
    ],
)  # fmt: skip
def test_commands_are_named_as_they_are_typed(
    command: str | None, text: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADGATE_COMMAND", raising=False)
    if command is not None:
        monkeypatch.setenv("HEADGATE_COMMAND", command)
    assert as_typed(text) == expected
    assert as_typed(expected) == expected


@pytest.mark.usefixtures("compose")
def test_an_error_says_so() -> None:
    error = HeadgateError("none", left="./headgate status tells", next_command="./headgate run air")
    assert str(error) == (
        "none\n  left behind: ./headgate compose status tells\n  next: ./headgate compose run air"
    )


@pytest.mark.usefixtures("compose")
def test_a_closed_gate_says_so() -> None:
    assert next_step("air", "silver", []) == (
        "Mend the source file, the contract or the transform, then clear the task silver.stage of this run "
        "with its downstream tasks; the next run takes the hours that wait. Or decide, on record: "
        "./headgate compose gate accept air (publish it as it is) or "
        "./headgate compose gate divert air (put what is wrong aside)."
    )


@pytest.mark.usefixtures("compose")
def test_what_a_command_prints_says_so(tmp_path: Path) -> None:
    written = io.StringIO()
    Progress(Console(file=written, width=20)).say("Next: ./headgate demo")
    assert written.getvalue() == "Next: ./headgate compose demo\n"
    assert told_lines(Settings(home=tmp_path, pipelines=tmp_path), [], []) == [
        "The stack is down. To start it: docker compose up -d --wait"
    ]


@pytest.mark.usefixtures("compose")
def test_a_plan_says_so() -> None:
    start, end = (datetime(2013, 1, 29, hour, tzinfo=UTC) for hour in (3, 5))
    replay = Replay(Hours((HourRange(start, end),)), "silver")
    assert replay_commands("air", replay, start) == [
        "./headgate compose replay air --from 2013-01-29T03 --to 2013-01-29T04 --layer silver"
    ]


@pytest.mark.parametrize(("command", "said"), [("", "./headgate"), (COMPOSE, COMPOSE)])
def test_help_shows_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, said: str
) -> None:
    monkeypatch.setenv("HEADGATE_COMMAND", command)
    monkeypatch.setattr("sys.argv", ["headgate", "challenge", "--help"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert f"Usage: {said} challenge [OPTIONS]" in shown
    assert f"{said} releases trial PIPELINE" in " ".join(shown.split())


def test_the_image_says_what_is_typed_beside_it() -> None:
    dockerfile = (REPOSITORY / "docker/Dockerfile").read_text()
    assert f'HEADGATE_COMMAND="{COMPOSE}"' in dockerfile
