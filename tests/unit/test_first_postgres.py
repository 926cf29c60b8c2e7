"""PostgreSQL's data directory is whole where it stands, however its making was cut short."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headgate.stack import postgres
from headgate.stack.errors import CommandFailed, ForeignDataFolder
from headgate.stack.layout import Layout
from headgate.stack.system_user import SystemUser

WHOLE = ["PG_VERSION", "postgresql.conf"]


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """An `initdb` that, as the real one, writes PG_VERSION first; it dies there where a file `dies` is."""
    program = tmp_path / "initdb"
    program.write_text(
        "#!/bin/sh\n"
        'test "$1" = --pgdata && test -z "$(ls "$2")" || exit 3\n'
        'echo 18 >"$2/PG_VERSION"\n'
        f"test -e {tmp_path}/dies && kill -9 $$\n"
        'touch "$2/postgresql.conf"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(postgres, "binaries", lambda: tmp_path)
    monkeypatch.setattr(postgres, "system_user", lambda paths: SystemUser(os.getuid(), os.getgid(), ()))
    layout = Layout(tmp_path / "home")
    layout.create()
    return layout


def found(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_start_after_one_that_was_killed_makes_it_anew(tmp_path: Path, layout: Layout) -> None:
    (tmp_path / "dies").touch()
    with pytest.raises(CommandFailed):
        postgres.prepare(layout)
    assert not layout.postgres.exists()
    (tmp_path / "dies").unlink()
    postgres.prepare(layout)
    assert found(layout.postgres) == WHOLE
    assert layout.postgres.stat().st_mode & 0o777 == 0o700
    assert [name for name in found(layout.home) if name.startswith("postgres")] == ["postgres"]


def test_what_is_whole_is_left_alone(layout: Layout) -> None:
    postgres.prepare(layout)
    (layout.postgres / "PG_VERSION").write_text("18, ours\n")
    postgres.prepare(layout)
    assert (layout.postgres / "PG_VERSION").read_text() == "18, ours\n"


def test_an_empty_folder_takes_it_in(layout: Layout) -> None:
    layout.postgres.mkdir()
    postgres.prepare(layout)
    assert found(layout.postgres) == WHOLE


def test_files_of_something_else_are_not_touched(layout: Layout) -> None:
    layout.postgres.mkdir()
    (layout.postgres / "letter").write_text("mine")
    with pytest.raises(ForeignDataFolder):
        postgres.prepare(layout)
    assert found(layout.postgres) == ["letter"]
