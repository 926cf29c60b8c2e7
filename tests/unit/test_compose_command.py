"""`headgate compose`: secrets of its own, never overwritten; Headgate's commands inside of the stack."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from headgate.cli import compose as command
from headgate.spec.settings import REPOSITORY
from headgate.stack import compose as stack
from headgate.stack import stack_acts
from headgate.stack.compose_recover import NotRecovered


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setattr(command, "ENV_FILE", path)
    monkeypatch.setattr(stack, "ENV_FILE", path)
    return path


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines given to docker, which always succeeds."""
    called: list[list[str]] = []

    def run(line: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        called.append(line)
        return subprocess.CompletedProcess(line, 0)

    monkeypatch.setattr(stack.shutil, "which", lambda _: "docker")
    monkeypatch.setattr(stack.subprocess, "run", run)
    return called


def call(*words: str) -> tuple[int, str, BaseException | None]:
    app = Typer()
    app.command(context_settings=command.CONTEXT)(command.compose)
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output, result.exception


def values(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_init_writes_every_secret_for_the_owner_alone(env: Path) -> None:
    code, out, _ = call("init")
    assert code == 0
    assert "docker compose up -d --wait" in out
    assert env.stat().st_mode & 0o777 == 0o600
    found = values(env)
    assert set(found) == set(stack.SECRETS)
    assert len(set(found.values())) == len(found)
    assert all(len(value) >= 20 for value in found.values())
    assert not any(value in out for value in found.values())


def test_two_stacks_share_no_secret(tmp_path: Path) -> None:
    stack.write_env(tmp_path / "one")
    stack.write_env(tmp_path / "two")
    assert not set(values(tmp_path / "one").values()) & set(values(tmp_path / "two").values())


def test_init_refuses_to_overwrite(env: Path) -> None:
    env.write_text("MLFLOW_KEYS_PASSPHRASE=mine")
    _, _, error = call("init")
    assert str(error) == (
        "there is an .env already, and the databases know its passwords\n"
        f"  where: {env}\n"
        "  left behind: nothing was changed\n"
        "  next: docker compose up -d --wait; to begin anew: docker compose down --volumes, remove .env, "
        "then ./headgate compose init"
    )
    assert env.read_text() == "MLFLOW_KEYS_PASSPHRASE=mine"


def test_init_adds_what_an_env_of_an_earlier_version_lacks(env: Path) -> None:
    stack.write_env(env)
    lines = env.read_text().splitlines()
    older = [line for line in lines if not line.startswith("MLFLOW_KEYS_PASSPHRASE=")]
    env.write_text("\n".join([*older, "HEADGATE_LANDING=/srv/landing"]) + "\n")
    code, out, _ = call("init")
    assert (code, out.replace("\n", " ").strip()) == (
        0,
        f"{env}: MLFLOW_KEYS_PASSPHRASE added. Next: docker compose up -d --wait",
    )
    now = env.read_text().splitlines()
    assert now[: len(older) + 1] == [*older, "HEADGATE_LANDING=/srv/landing"]
    assert len(values(env)["MLFLOW_KEYS_PASSPHRASE"]) == 43
    assert env.stat().st_mode & 0o777 == 0o600
    assert "there is an .env already" in str(call("init")[2])
    assert env.read_text().splitlines() == now


def test_without_secrets_nothing_is_started(env: Path, docker: list[list[str]]) -> None:
    _, _, error = call("status")
    assert str(error) == (f"the stack has no secrets yet\n  where: {env}\n  next: ./headgate compose init")
    assert docker == [["docker", "compose", "version"]]


def test_without_docker_the_embedded_stack_is_offered(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack.shutil, "which", lambda _: None)
    _, _, error = call("demo")
    assert str(error) == (
        "docker is not installed, or without its compose plugin\n"
        "  left behind: nothing was started\n"
        "  next: install Docker Engine with the compose plugin, then repeat; without Docker: ./headgate demo"
    )


def test_demo_starts_the_stack_and_runs_inside_of_it(
    env: Path, docker: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ana")
    stack.write_env(env)
    assert call("demo", "--hours", "3")[0] == 0
    up, run = [line for line in docker if line[2] != "version"]
    assert up[4:7] == ["up", "--detach", "--wait"]
    inside = ["run", "--rm", "--no-deps", "--no-TTY", "--env", "LOGNAME=ana", "headgate"]
    assert run[4:] == [*inside, "demo", "--hours", "3"]


@pytest.fixture
def on_record(docker: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that wrote down an act."""
    monkeypatch.setenv("LOGNAME", "ana")
    monkeypatch.setattr(command, "back_up", lambda _: None)
    monkeypatch.setattr(command, "recover", lambda _: None)
    return docker


@pytest.mark.parametrize("word", ["backup", "recover"])
def test_who_kept_or_brought_back_the_stack_is_on_record(
    word: str, env: Path, on_record: list[list[str]], tmp_path: Path
) -> None:
    stack.write_env(env)
    assert call(word, str(tmp_path / "monday"))[0] == 0
    write = ["run", "--rm", "--no-deps", "--no-TTY", "archive", "python", "-m", "headgate.stack.stack_acts"]
    assert on_record[-1][4:] == [*write, "ana", f"compose {word}", f"{tmp_path}/monday"]


@pytest.mark.parametrize("word", ["backup", "recover"])
@pytest.mark.parametrize(
    ("error", "how"),
    [(NotRecovered("no", None, None, "again"), "failed"), (KeyboardInterrupt(), "interrupted")],
)
def test_who_tried_to_keep_or_to_bring_back_the_stack_is_on_record(
    word: str,
    error: BaseException,
    how: str,
    env: Path,
    on_record: list[list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: Path) -> None:
        raise error

    for name in ("back_up", "recover"):
        monkeypatch.setattr(command, name, fail)
    stack.write_env(env)
    assert call(word, str(tmp_path / "monday"))[0] != 0
    assert on_record[-1][-3:] == ["ana", f"compose {word} ({how})", f"{tmp_path}/monday"]


def test_accounts_that_could_not_be_given_are_on_record(
    env: Path, on_record: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.write_env(env)
    monkeypatch.setattr(command, "docker_compose", lambda _: 3)
    assert call("accounts")[0] == 3
    assert on_record[-1][-3:-1] == ["ana", "compose accounts (failed)"]


def test_a_failure_that_cannot_be_put_on_record_is_told_with_it(
    env: Path, on_record: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> None:
        raise NotRecovered("the volumes hold files", None, "nothing was changed", "begin anew")

    monkeypatch.setattr(command, "recover", fail)
    monkeypatch.setattr(stack_acts, "docker_compose", lambda _: 1)
    stack.write_env(env)
    _, out, error = call("recover", str(tmp_path / "monday"))
    assert "error: compose recover (failed) is not in the audit trail" in out
    assert str(error).startswith("the volumes hold files")


def test_who_gave_roles_is_on_record(
    env: Path, on_record: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = (REPOSITORY / "access.yaml").read_text()
    file = tmp_path / "access.yaml"
    file.write_text(access.replace("accounts: {}", "accounts: {eva: Engineer, gus: none}"))
    monkeypatch.setenv("HEADGATE_ACCESS", str(file))
    stack.write_env(env)
    assert call("accounts")[0] == 0
    assert on_record[-1][-3:] == ["ana", "compose accounts", "eva: Engineer, gus: none"]


def test_other_commands_keep_their_arguments(env: Path, docker: list[list[str]]) -> None:
    stack.write_env(env)
    assert call("query", "SELECT 1 AS one", "--format", "json")[0] == 0
    assert docker[-1][-4:] == ["query", "SELECT 1 AS one", "--format", "json"]


@pytest.mark.parametrize(
    "words",
    [
        ("gate", "accept", "flights", "--why", "so it is"),
        ("quarantine", "list", "flights"),
        ("forget", "flights", "flights", "flight_id=1", "--dry-run"),
        ("rollback", "flights", "--to", "1"),
        ("challenge", "flights", "3", "--why", "a new recipe"),
        ("replay", "flights", "--from", "2013-01-08T00", "--to", "2013-01-08T01"),
        ("live", "flights"),
        ("gate", "--help"),
    ],
    ids=" ".join,
)
def test_whatever_is_about_a_pipeline_is_done_inside(
    words: tuple[str, ...], env: Path, docker: list[list[str]]
) -> None:
    stack.write_env(env)
    assert call(*words)[0] == 0
    assert tuple(docker[-1][-len(words) - 1 :]) == ("headgate", *words)


def test_help_lists_what_there_is() -> None:
    code, out, _ = call("--help")
    assert code == 0
    listed = re.search(r"One of ([a-z, \n│]+)\.", out)
    assert listed is not None
    assert set(re.findall("[a-z]+", listed[1])) == {
        *("init", "accounts", "backup", "recover"),
        *("demo", "status", "check", "plan", "sample", "run", "replay", "gate", "releases", "challenge"),
        *("audit", "forget", "rollback", "query", "quarantine", "compare", "tune", "reproduce"),
        *("live", "drift", "contract", "statistics"),
    }


@pytest.mark.parametrize("word", ["up", "down", "doctor", "compose", "new", "bench", "prove", "test"])
def test_what_does_not_work_inside_is_not_offered(word: str, env: Path) -> None:
    code, out, _ = call(word)
    assert code == 2
    assert "is not one of" in out
