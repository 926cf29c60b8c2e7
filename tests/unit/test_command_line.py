"""The command line: complete help without heavy imports, errors as text, a unique table of commands."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec

import pytest

from headgate.cli.app import COMMANDS, build, main
from headgate.stack.errors import StackNotRunning


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "headgate.cli", *words], capture_output=True, text=True)


def test_help_names_every_command() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for command in COMMANDS:
        assert f" {command} " in shown.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_module_of_its_own(command: str) -> None:
    assert find_spec(f"headgate.cli.{command}") is not None


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    shown = run(command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert f"headgate {command}" in shown.stdout


def test_an_unknown_command_is_refused() -> None:
    refused = run("upp")
    assert refused.returncode == 2
    assert "No such command 'upp'" in refused.stderr


@pytest.mark.parametrize(
    ("words", "heavy"),
    [
        (["--help"], {"airflow", "pyspark", "mlflow", "great_expectations", "pandas"}),
        (COMMANDS, {"airflow", "mlflow", "great_expectations"}),
    ],
    ids=["starting up", "any command"],
)
def test_nobody_waits_for_heavy_imports(words: Sequence[str], heavy: set[str]) -> None:
    code = (
        "import sys; from headgate.cli.app import build;"
        f"[build([word]) for word in {list(words)}];"
        f"print(sorted({heavy} & {{*sys.modules}}))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_an_error_on_purpose_is_text_with_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        from pathlib import Path

        raise StackNotRunning(Path("/data/headgate"))

    monkeypatch.setattr("headgate.cli.down.down", fail)
    monkeypatch.setattr(sys, "argv", ["headgate", "down"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1
    assert capsys.readouterr().err == (
        "error: the stack is not running\n  where: /data/headgate\n  next: ./headgate up\n"
    )


def test_only_the_called_command_is_imported() -> None:
    assert [command.name for command in build(["down"]).registered_commands] == list(COMMANDS)
