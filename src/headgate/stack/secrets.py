"""The stack's secrets: generated on first start, one file each, readable by the owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr

from headgate.airflow.names import ACCOUNT_OF_COMMANDS
from headgate.stack.errors import SecretExposed

AIRFLOW_USER = ACCOUNT_OF_COMMANDS
AIRFLOW_USERS_FILE = "airflow_users.json"


class Secrets(BaseModel):
    """Every secret of a stack; printing it shows none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    airflow_password: SecretStr
    airflow_fernet_key: SecretStr
    airflow_jwt_secret: SecretStr
    airflow_api_secret: SecretStr
    engine_token: SecretStr


def fernet_key() -> str:
    """A new key for what Airflow encrypts."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


GENERATORS: dict[str, Callable[[], str]] = {
    "airflow_password": lambda: secrets.token_urlsafe(15),
    "airflow_fernet_key": fernet_key,
    "airflow_jwt_secret": lambda: secrets.token_urlsafe(48),
    "airflow_api_secret": lambda: secrets.token_urlsafe(48),
    "engine_token": lambda: secrets.token_urlsafe(32),
}


def write_secret(path: Path, text: str) -> None:
    """Write a new file of mode 0600; it appears under its name only when it is whole."""
    half = path.with_name(f".{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    half.rename(path)


def exposed(folder: Path) -> list[tuple[Path, int]]:
    """The secrets in `folder` that other users can read, with their modes."""
    found = [(path, path.stat().st_mode & 0o777) for path in sorted(folder.glob("*")) if path.is_file()]
    return [(path, mode) for path, mode in found if mode & 0o077]


def ensure_secrets(folder: Path) -> Secrets:
    """Read the secrets in `folder`, generating those that are not there yet.

    Raises SecretExposed where a file is open to other users.
    """
    for name, generate in GENERATORS.items():
        if not (folder / name).exists():
            write_secret(folder / name, generate() + "\n")
    for path, mode in exposed(folder):
        raise SecretExposed(path, mode)
    found = read_secrets(folder)
    users = folder / AIRFLOW_USERS_FILE
    wanted = json.dumps({AIRFLOW_USER: found.airflow_password.get_secret_value()})
    if not users.exists() or users.read_text().strip() != wanted:
        write_secret(users, wanted + "\n")
    return found


def read_secrets(folder: Path) -> Secrets:
    """Read the secrets in `folder`; raises FileNotFoundError where a stack was never started."""
    return Secrets(**{name: SecretStr((folder / name).read_text().strip()) for name in GENERATORS})
