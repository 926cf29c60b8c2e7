"""The way back from a backup of the compose stack, into volumes that hold nothing yet."""

from __future__ import annotations

import json
from pathlib import Path

from headgate.spec.errors import HeadgateError
from headgate.spec.load import pipeline_names
from headgate.spec.settings import Settings
from headgate.stack.compose import docker_compose, run_command
from headgate.stack.compose_backup import DATABASES, LAKE, MANIFEST, VOLUMES, digest, in_archive, in_postgres

ROLES = {"airflow": "airflow", "mlflow": "mlflow", "mlflow_accounts": "mlflow"}
"""Who owns what is in each database."""
EMPTY = 'test -z "$(find "$@" -type f ! -path /changes/stack/acts.jsonl -print -quit)"'
"""But for the file that says who tried what: an attempt to recover that was refused has a line there."""


class NotRecovered(HeadgateError):
    """The stack could not be brought back."""


def recover(folder: Path) -> None:
    """Fill empty volumes from the backup in `folder`, start the stack, let MLflow show what the lake says.

    Raises NotRecovered, NoDocker, SecretsMissing.
    """
    _require_whole(folder)
    nothing = "nothing was changed"
    begin_anew = f"docker compose down --volumes, then ./headgate compose recover {folder}"
    places = [f"/{volume}" for volume in VOLUMES]
    if docker_compose(in_archive("sh", "-c", EMPTY, "sh", *places)):
        raise NotRecovered(
            "a backup goes into empty volumes, and these hold files", ", ".join(places), nothing, begin_anew
        )
    half = "volumes that are half filled"
    _run(["up", "--detach", "--wait", "postgres"], None, half, begin_anew)
    make_databases = ["python", "-m", "headgate.stack.served_databases"]
    _run(["run", "--rm", "--no-deps", "--no-TTY", "airflow-init", *make_databases], None, half, begin_anew)
    for database in DATABASES:
        restore = ("--exit-on-error", "--no-owner", "--role", ROLES[database], "--dbname", database)
        _run(in_postgres("pg_restore", *restore), folder / f"{database}.dump", half, begin_anew)
    _run(in_archive("tar", "-C", "/", "-xf", "-"), folder / LAKE, half, begin_anew)
    filled = "the volumes are as they were backed up"
    _run(["up", "--detach", "--wait"], None, filled, "docker compose up -d --wait")
    for pipeline in pipeline_names(Settings()):
        if run_command(["releases", "reconcile", pipeline], terminal=False):
            raise NotRecovered(
                f"MLflow could not be made to show what the logs of {pipeline} say",
                None,
                f"{filled}, and the stack runs",
                f"./headgate compose releases reconcile {pipeline}",
            )


def _require_whole(folder: Path) -> None:
    nothing, another = "nothing was changed", "./headgate compose recover FOLDER, with another backup"
    if not (folder / MANIFEST).is_file():
        raise NotRecovered("there is no backup in this folder", str(folder), nothing, another)
    files: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    for name, expected in files.items():
        path = folder / name
        if not path.is_file() or digest(path) != expected:
            raise NotRecovered("the backup is not what was written", str(path), nothing, another)


def _run(arguments: list[str], source: Path | None, left: str, next_command: str) -> None:
    ended = docker_compose(arguments, source=source)
    if ended:
        what = f"docker compose {' '.join(arguments[:3])} ended with {ended}"
        raise NotRecovered(what, str(source) if source else None, left, next_command)
