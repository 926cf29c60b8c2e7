"""First passwords of the accounts in `access.yaml`, kept in `.env` under one name."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from headgate.spec.settings import REPOSITORY
from headgate.stack.access import Access, passwords_of
from headgate.stack.secrets import write_secret

NAME, ACCESS = "ACCOUNT_PASSWORDS", "HEADGATE_ACCESS"


def access_file(env_file: Path) -> Path:
    """Where `access.yaml` is: as the environment says, else `.env`, else beside docker-compose.yaml."""
    chosen = os.environ.get(ACCESS) or values_of(env_file).get(ACCESS) or "access.yaml"
    return (REPOSITORY / chosen).resolve()


def ensure_passwords(env_file: Path, access: Access) -> list[str]:
    """Give each account without one a password in `.env`, drop those of accounts that are gone.

    Returns the accounts that got one.
    """
    text = env_file.read_text(encoding="utf-8")
    known = passwords_of(values_of(env_file).get(NAME, ""))
    kept = {name: known.get(name) or secrets.token_urlsafe(15) for name in sorted(access.held)}
    if kept == known:
        return []
    lines = [line for line in text.splitlines() if not line.startswith(f"{NAME}=")]
    if kept:
        lines.append(f"{NAME}={','.join(f'{name}:{word}' for name, word in kept.items())}")
    write_secret(env_file, "\n".join(lines) + "\n")
    return sorted(kept.keys() - known.keys())


def values_of(env_file: Path) -> dict[str, str]:
    """What an `.env` says, by name; nothing where there is none."""
    if not env_file.exists():
        return {}
    lines = env_file.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
