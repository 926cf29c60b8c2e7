"""The stack of docker-compose.yaml, as seen from the machine that Docker runs on."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from headgate.spec.errors import HeadgateError
from headgate.spec.settings import REPOSITORY
from headgate.stack.asked_by import VARIABLE as ASKER
from headgate.stack.asked_by import asked_by
from headgate.stack.secrets import fernet_key, write_secret

ENV_FILE = Path(os.environ.get("COMPOSE_ENV_FILES", REPOSITORY / ".env"))
"""Where the secrets are; the variable is Docker's own."""
COMMAND_SERVICE = "headgate"


def _token() -> str:
    return secrets.token_urlsafe(32)


SECRETS: dict[str, tuple[str, Callable[[], str]]] = {
    "AIRFLOW_ADMIN_PASSWORD": ("to log in to Airflow as admin", lambda: secrets.token_urlsafe(15)),
    "MLFLOW_ADMIN_PASSWORD": ("to log in to MLflow as admin", lambda: secrets.token_urlsafe(15)),
    "AIRFLOW_API_SECRET": ("signs Airflow's sessions", _token),
    "AIRFLOW_FERNET_KEY": ("encrypts connections in Airflow's database", fernet_key),
    "AIRFLOW_JWT_SECRET": ("signs the tokens of Airflow's API", lambda: secrets.token_urlsafe(64)),
    "MLFLOW_SESSION_SECRET": ("signs MLflow's forms", _token),
    "MLFLOW_KEYS_PASSPHRASE": ("encrypts keys of providers in MLflow's database", _token),
    "MLFLOW_PIPELINES_PASSWORD": ("of the account by which pipelines record", _token),
    "POSTGRES_PASSWORD": ("of the database's superuser", _token),
    "AIRFLOW_DATABASE_PASSWORD": ("of Airflow's role in the database", _token),
    "MLFLOW_DATABASE_PASSWORD": ("of MLflow's role in the database", _token),
    "SPARK_SECRET": ("shared by Spark's master, workers and applications", _token),
    "ENGINE_TOKEN": ("that clients of the engine show", _token),
}
"""Every secret that docker-compose.yaml demands: what it is for, and how one is made."""

ADDED_LATER = ("MLFLOW_KEYS_PASSPHRASE",)
"""Secrets that an `.env` of an earlier version lacks, and that may be made at any time."""

CHOICES = {
    "AIRFLOW_PORT": "8080",
    "MLFLOW_PORT": "5000",
    "AIRFLOW_ADDRESS": "http://localhost:8080",
    "MLFLOW_ADDRESS": "http://localhost:5000",
    "SPARK_WORKER_CORES": "4",
    "SPARK_WORKER_MEMORY": "3g",
    "SPARK_WORKER_MEMORY_LIMIT": "5g",
    "HEADGATE_LANDING": "/srv/landing",
    "HEADGATE_ACCESS": "./access.yaml",
}
"""What may be chosen: written as comments, with docker-compose.yaml's own defaults or an example."""


class SecretsThere(HeadgateError):
    """There is an `.env`, which is never overwritten: databases know its passwords."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            "there is an .env already, and the databases know its passwords",
            str(path),
            "nothing was changed",
            "docker compose up -d --wait; to begin anew: docker compose down --volumes, remove .env, then "
            "./headgate compose init",
        )


class SecretsMissing(HeadgateError):
    """There is no `.env`."""

    def __init__(self, path: Path) -> None:
        super().__init__("the stack has no secrets yet", str(path), None, "./headgate compose init")


class NoDocker(HeadgateError):
    """There is no `docker` with its compose plugin."""

    def __init__(self) -> None:
        super().__init__(
            "docker is not installed, or without its compose plugin",
            None,
            "nothing was started",
            "install Docker Engine with the compose plugin, then repeat; without Docker: ./headgate demo",
        )


def env_text(further: str = "") -> str:
    """The text of a new `.env`: secrets of its own each time, choices as comments, then `further` lines."""
    lines = ["# Written by `./headgate compose init`, read by docker-compose.yaml. Keep it to yourself."]
    for name in SECRETS:
        lines += _secret_lines(name)
    lines += ["", "# What may be chosen:", *(f"#{name}={value}" for name, value in CHOICES.items())]
    return "\n".join(lines) + "\n" + further


def _secret_lines(name: str) -> list[str]:
    purpose, make = SECRETS[name]
    return ["", f"# {purpose}", f"{name}={make()}"]


def write_env(path: Path, further: str = "") -> None:
    """Write a new `.env` of mode 0600, with `further` lines at its end. Raises SecretsThere."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SecretsThere(path) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(env_text(further))


def complete_env(path: Path) -> list[str]:
    """Add to an `.env` the secrets that are ADDED_LATER and not in it; returns their names.

    What is there stays, in its order. Raises FileNotFoundError where there is none.
    """
    text = path.read_text(encoding="utf-8")
    there = {line.partition("=")[0] for line in text.splitlines()}
    missing = [name for name in ADDED_LATER if name not in there]
    lines = [line for name in missing for line in _secret_lines(name)]
    if missing:
        write_secret(path, text.rstrip("\n") + "\n" + "\n".join(lines) + "\n")
    return missing


def docker_compose(arguments: Sequence[str], *, source: Path | None = None, into: Path | None = None) -> int:
    """Run `docker compose` on the stack in the foreground; returns its exit code.

    It reads the file `source` and writes the new file `into`, which the owner alone may read, instead of what
    this program has. Raises NoDocker, SecretsMissing.
    """
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        raise NoDocker
    if not ENV_FILE.exists():
        raise SecretsMissing(ENV_FILE)
    quiet = [] if sys.stdout.isatty() else ["--progress", "quiet"]
    with ExitStack() as files:
        given: IO[bytes] | None = None
        taken: IO[bytes] | None = None
        if source is not None:
            given = files.enter_context(source.open("rb"))
        if into is not None:
            new = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            taken = files.enter_context(os.fdopen(new, "wb"))
        line = [docker, "compose", *quiet, *arguments]
        return subprocess.run(line, cwd=REPOSITORY, stdin=given, stdout=taken).returncode


def run_command(words: Sequence[str], terminal: bool) -> int:
    """Run a command of Headgate inside of the stack and tell it who asks; `terminal`: it talks to one."""
    switches = ["--rm", "--no-deps", *([] if terminal else ["--no-TTY"]), "--env", f"{ASKER}={asked_by()}"]
    return docker_compose(["run", *switches, COMMAND_SERVICE, *words])
