"""Secrets are generated once, one file each, for the owner's eyes only, and never printed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from headgate.stack.errors import SecretExposed
from headgate.stack.secrets import Secrets, ensure_secrets, exposed, read_secrets

NAMES = ["airflow_api_secret", "airflow_fernet_key", "airflow_jwt_secret", "airflow_password", "engine_token"]


def test_one_file_each_of_mode_600(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys([*NAMES, "airflow_users.json"], 0o600)


def test_a_second_start_keeps_them(tmp_path: Path) -> None:
    first = ensure_secrets(tmp_path)
    assert ensure_secrets(tmp_path) == first == read_secrets(tmp_path)


def test_two_stacks_share_none(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    ensure_secrets(tmp_path / "one")
    ensure_secrets(tmp_path / "two")
    for name in NAMES:
        assert (tmp_path / "one" / name).read_text() != (tmp_path / "two" / name).read_text()


def test_the_fernet_key_is_one(tmp_path: Path) -> None:
    key = ensure_secrets(tmp_path).airflow_fernet_key.get_secret_value()
    assert len(base64.urlsafe_b64decode(key)) == 32


def test_airflow_reads_the_same_password_even_after_it_was_changed(tmp_path: Path) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / "airflow_password").write_text("another one\n")
    ensure_secrets(tmp_path)
    assert json.loads((tmp_path / "airflow_users.json").read_text()) == {"admin": "another one"}
    assert exposed(tmp_path) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_that_others_can_read_stops_the_start(tmp_path: Path, name: str) -> None:
    ensure_secrets(tmp_path)
    (tmp_path / name).chmod(0o644)
    with pytest.raises(SecretExposed) as caught:
        ensure_secrets(tmp_path)
    assert str(caught.value) == (
        "a secret is open to other users (mode 644)\n"
        f"  where: {tmp_path / name}\n"
        "  left behind: nothing was started\n"
        f"  next: chmod 600 {tmp_path / name}, then ./headgate up"
    )


def test_printing_them_shows_none(tmp_path: Path) -> None:
    found: Secrets = ensure_secrets(tmp_path)
    for name in NAMES:
        assert (tmp_path / name).read_text().strip() not in f"{found!r} {found} {found.model_dump_json()}"
