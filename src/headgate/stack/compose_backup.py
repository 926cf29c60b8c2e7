"""A backup of the compose stack: one folder with its databases and volumes as they were at one moment."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

from headgate.spec.errors import HeadgateError
from headgate.stack.compose import docker_compose

DATABASES = ("airflow", "mlflow", "mlflow_accounts")
VOLUMES = ("headgate", "artifacts", "changes")
"""Volumes by the folders at which the service `archive` has them. Landing files are the source's to keep."""
WRITERS = ("airflow-scheduler", "spark-worker", "engine", "mlflow")
"""Who writes to the volumes: they stand still, in the middle of whatever they do, while these are copied."""
MANIFEST, LAKE = "backup.json", "volumes.tar"
BLOCK = 1 << 20
AS_SUPERUSER = 'PGPASSWORD="$POSTGRES_PASSWORD" exec "$@" --host 127.0.0.1 --username postgres'


class NotBackedUp(HeadgateError):
    """A backup could not be made; nothing that looks like one is left."""


def in_postgres(program: str, *arguments: str) -> list[str]:
    """The arguments of `docker compose` that run one of PostgreSQL's programs as its superuser."""
    return ["exec", "--no-TTY", "postgres", "sh", "-c", AS_SUPERUSER, program, program, *arguments]


def in_archive(*command: str) -> list[str]:
    """The arguments of `docker compose` that run a command where all volumes are."""
    return ["run", "--rm", "--no-deps", "--no-TTY", "archive", *command]


def back_up(folder: Path) -> None:
    """Write a backup to `folder`, which must not be there yet; it appears when it is whole.

    What writes is paused meanwhile, and goes on afterwards. Raises NotBackedUp, NoDocker, SecretsMissing.
    """
    if folder.exists():
        raise NotBackedUp(
            "a backup goes into a folder of its own",
            str(folder),
            "what is there was left alone",
            f"./headgate compose backup {folder}-2",
        )
    half = folder.with_name(f".{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    try:
        try:
            _run(["pause", *WRITERS], None)
            for database in DATABASES:
                _run(in_postgres("pg_dump", "--format", "custom", database), half / f"{database}.dump")
            _run(in_archive("tar", "-C", "/", "-cf", "-", *VOLUMES), half / LAKE)
        except BaseException:  # interrupted too: nobody may be left paused
            docker_compose(["unpause", *WRITERS])
            raise
        _run(["unpause", *WRITERS], None)
        files = {path.name: digest(path) for path in sorted(half.iterdir())}
        made = {"made_at": datetime.now(UTC).isoformat(), "files": files}
        (half / MANIFEST).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run(arguments: list[str], into: Path | None) -> None:
    ended = docker_compose(arguments, into=into)
    if ended:
        raise NotBackedUp(
            f"docker compose {' '.join(arguments[:3])} ended with {ended}",
            None,
            "no backup; what was paused goes on",
            "docker compose up -d --wait, then repeat",
        )
