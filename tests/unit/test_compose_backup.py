"""A backup is whole or not there, what was paused goes on, and none is put over what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate.stack import compose_backup, compose_recover
from headgate.stack.compose_backup import NotBackedUp, back_up
from headgate.stack.compose_recover import NotRecovered, recover


class Docker:
    """Stands in for `docker compose`: notes what it is told; what holds the word `fails` ends with 1."""

    def __init__(self) -> None:
        self.told: list[list[str]] = []
        self.given: list[str] = []
        self.fails = "nothing"

    def __call__(self, arguments: list[str], *, source: Path | None = None, into: Path | None = None) -> int:
        self.told.append(arguments)
        if source is not None:
            self.given.append(source.name)
        if into is not None:
            into.write_text(" ".join(arguments))
        return int(self.fails in arguments)


@pytest.fixture
def docker(monkeypatch: pytest.MonkeyPatch) -> Docker:
    stand_in = Docker()
    monkeypatch.setattr(compose_backup, "docker_compose", stand_in)
    monkeypatch.setattr(compose_recover, "docker_compose", stand_in)
    monkeypatch.setattr(compose_recover, "pipeline_names", lambda _: ["flights"])
    monkeypatch.setattr(compose_recover, "run_command", lambda words, terminal: stand_in(words))
    return stand_in


def test_a_backup_holds_databases_and_volumes(tmp_path: Path, docker: Docker) -> None:
    back_up(tmp_path / "b")
    made = json.loads((tmp_path / "b/backup.json").read_text())
    assert list(made["files"]) == ["airflow.dump", "mlflow.dump", "mlflow_accounts.dump", "volumes.tar"]
    assert (docker.told[0][0], docker.told[-1][0]) == ("pause", "unpause")
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("step", ["pg_dump", "tar", "pause"])
def test_a_failed_backup_leaves_nothing_and_nobody_paused(tmp_path: Path, docker: Docker, step: str) -> None:
    docker.fails = step
    with pytest.raises(NotBackedUp) as refused:
        back_up(tmp_path / "b")
    assert "left behind: no backup; what was paused goes on\n" in str(refused.value)
    assert str(refused.value).endswith("next: docker compose up -d --wait, then repeat")
    assert docker.told[-1][0] == "unpause"
    assert list(tmp_path.iterdir()) == []


def test_no_backup_is_written_over_what_is_there(tmp_path: Path, docker: Docker) -> None:
    with pytest.raises(NotBackedUp) as refused:
        back_up(tmp_path)
    assert str(refused.value) == (
        f"a backup goes into a folder of its own\n  where: {tmp_path}\n"
        f"  left behind: what is there was left alone\n  next: ./headgate compose backup {tmp_path}-2"
    )
    assert docker.told == []


def test_recovery_fills_starts_and_reconciles(tmp_path: Path, docker: Docker) -> None:
    back_up(tmp_path / "b")
    recover(tmp_path / "b")
    assert docker.given == ["airflow.dump", "mlflow.dump", "mlflow_accounts.dump", "volumes.tar"]
    assert docker.told[-2:] == [["up", "--detach", "--wait"], ["releases", "reconcile", "flights"]]


@pytest.mark.parametrize(
    ("fails", "what", "left"),
    [
        ("sh", "a backup goes into empty volumes, and these hold files", "nothing was changed"),
        ("pg_restore", "docker compose exec --no-TTY postgres ended with 1", "volumes that are half filled"),
        (
            "releases",
            "MLflow could not be made to show what the logs of flights say",
            "the volumes are as they were backed up, and the stack runs",
        ),
    ],
)
def test_a_failed_recovery_says_what_is_left(
    tmp_path: Path, docker: Docker, fails: str, what: str, left: str
) -> None:
    back_up(tmp_path / "b")
    docker.fails = fails
    with pytest.raises(NotRecovered) as refused:
        recover(tmp_path / "b")
    assert str(refused.value).startswith(f"{what}\n")
    assert f"left behind: {left}\n" in str(refused.value)


def test_a_damaged_backup_is_refused(tmp_path: Path, docker: Docker) -> None:
    back_up(tmp_path / "b")
    (tmp_path / "b/mlflow.dump").write_text("half")
    docker.told.clear()
    with pytest.raises(NotRecovered, match="the backup is not what was written"):
        recover(tmp_path / "b")
    with pytest.raises(NotRecovered, match="there is no backup in this folder"):
        recover(tmp_path)
    assert docker.told == []
