"""`headgate compose init --lake --artifacts`: what it writes for a stack on S3, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from headgate.cli import compose as command
from headgate.stack.compose import SECRETS

STORE = ("--lake", "s3://data/lake", "--artifacts", "s3://data/artifacts")
FORM = (
    "  where: ./headgate compose init\n"
    "  left behind: no .env was written\n"
    "  next: ./headgate compose init --lake s3://bucket/lake --artifacts s3://bucket/artifacts "
    "[--endpoint https://address] [--region name]"
)


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / ".env"
    monkeypatch.setattr(command, "ENV_FILE", path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret")
    monkeypatch.delenv("AWS_REGION", raising=False)
    return path


def init(*words: str) -> tuple[str, BaseException | None]:
    return compose("init", *words)


def compose(*words: str) -> tuple[str, BaseException | None]:
    app = Typer()
    app.command(context_settings=command.CONTEXT)(command.compose)
    result = CliRunner().invoke(app, list(words))
    return result.output, result.exception


def about_the_store(env: Path) -> dict[str, str]:
    lines = [line for line in env.read_text().splitlines() if line and not line.startswith("#")]
    values = dict(line.split("=", 1) for line in lines)
    assert set(SECRETS) <= set(values)
    return {name: value for name, value in values.items() if name not in SECRETS}


def test_it_writes_where_the_store_is_with_the_keys_of_the_environment(env: Path) -> None:
    out, error = init(*STORE, "--endpoint", "https://store.example.org", "--region", "eu-central-1")
    assert error is None
    assert env.stat().st_mode & 0o777 == 0o600
    assert about_the_store(env) == {
        "STORE_INTERNAL": "false",
        "HEADGATE_LAKE": "s3a://data/lake",
        "HEADGATE_ARTIFACTS": "s3://data/artifacts",
        "AWS_ENDPOINT_URL": "https://store.example.org",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "the-key",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
    }
    assert "the-key" not in out
    assert "the-secret" not in out


def test_without_an_endpoint_the_store_is_amazons(env: Path) -> None:
    assert init(*STORE)[1] is None
    found = about_the_store(env)
    assert (found["AWS_ENDPOINT_URL"], found["AWS_REGION"]) == ("", "us-east-1")


def test_without_a_lake_on_s3_nothing_is_said_of_a_store(env: Path) -> None:
    assert init()[1] is None
    assert about_the_store(env) == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (STORE[:2], "the following arguments are required: --artifacts\n" + FORM),
        (
            ("--lake", "/srv/lake", *STORE[2:]),
            "--lake and --artifacts are both at s3://bucket/prefix\n" + FORM,
        ),
        (
            (*STORE, "--endpoint", "store:8333"),
            "--endpoint begins with https:// or http://, not store:8333\n" + FORM,
        ),
        ((*STORE, "--keys", "mine"), "unrecognized arguments: --keys mine\n" + FORM),
    ],
)
def test_what_does_not_suffice_is_refused(env: Path, words: tuple[str, ...], said: str) -> None:
    assert str(init(*words)[1]) == said
    assert not env.exists()


def test_the_keys_are_demanded(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert str(init(*STORE)[1]) == (
        "the store's keys are not in the environment: AWS_SECRET_ACCESS_KEY\n"
        "  left behind: no .env was written\n"
        "  next: export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY, then repeat"
    )
    assert not env.exists()


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ((), ["databases, lake and artifacts."]),
        (
            STORE,
            ["databases and volumes.", "the store's to keep: s3a://data/lake and s3://data/artifacts"],
        ),
    ],
)
def test_a_backup_says_what_it_holds_and_what_not(
    env: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], held: list[str]
) -> None:
    on_record: list[tuple[str, str]] = []
    monkeypatch.setattr(command, "back_up", lambda _: None)
    monkeypatch.setattr(command, "put_on_record", lambda *act: on_record.append(act))
    assert init(*words)[1] is None
    out, error = compose("backup", str(env.parent / "backup"))
    assert error is None
    assert all(text in out for text in held)
    assert ("the store's to keep" in out) == bool(words)
    assert on_record == [("compose backup", str(env.parent / "backup"))]
