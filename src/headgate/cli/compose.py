"""`headgate compose`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.app import COMMANDS
from headgate.spec.command import OF_THE_MACHINE
from headgate.spec.errors import HeadgateError
from headgate.stack.access import read_access
from headgate.stack.account_passwords import access_file, ensure_passwords
from headgate.stack.compose import (
    ENV_FILE,
    SecretsMissing,
    complete_env,
    docker_compose,
    run_command,
    write_env,
)
from headgate.stack.compose_backup import back_up
from headgate.stack.compose_recover import recover
from headgate.stack.compose_store import compose_store, places_on_s3
from headgate.stack.stack_acts import put_on_record

CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}


OWN = ("init", "accounts", "backup", "recover")
"""What concerns the stack itself."""
WORDS = (*OWN, *(name for name in COMMANDS if name not in OF_THE_MACHINE))


def known(word: str) -> str:
    """A command that this one has. Raises typer.BadParameter."""
    if word not in WORDS:
        raise typer.BadParameter(f"{word!r} is not one of {', '.join(WORDS)}")
    return word


def compose(
    command: Annotated[
        str, typer.Argument(parser=known, metavar="COMMAND", help=f"One of {', '.join(WORDS)}.")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]", help="Those of the command.")
    ] = None,
) -> None:
    """Work with the stack of docker-compose.yaml: separate servers, for several users.

    init writes `.env` with new secrets, readable by you only, and refuses to overwrite one: to one of an
    earlier version it adds the secrets that are new since. With --lake and
    --artifacts, both s3://bucket/prefix, and maybe --endpoint and --region, these are on S3. accounts makes
    Airflow's and MLflow's roles and accounts what access.yaml says. backup FOLDER writes databases, lake and
    artifacts as they are at one moment; recover FOLDER fills empty volumes from it. demo starts the stack
    (docker compose up -d --wait) and does what the embedded demo does. The other commands do on this stack
    what they do on the embedded one: ./headgate compose query "SELECT 1".
    """
    if command == "accounts" and arguments:
        raise typer.BadParameter("accounts takes no arguments")
    if command == "init":
        if ENV_FILE.exists() and not arguments and (added := complete_env(ENV_FILE)):
            typer.echo(f"{ENV_FILE}: {', '.join(added)} added. Next: docker compose up -d --wait")
            return
        access = read_access(access_file(ENV_FILE))
        store = compose_store(arguments or [])
        write_env(ENV_FILE, store.env_text() if store else "")
        ensure_passwords(ENV_FILE, access)
        typer.echo(f"{ENV_FILE}: written, readable by you only. Next: docker compose up -d --wait")
        return
    if command == "accounts":
        _accounts()
        return
    if command in ("backup", "recover"):
        _keep_or_bring_back(command, arguments or [])
        return
    if command == "demo":
        typer.echo("Starting the stack")
        started = docker_compose(["up", "--detach", "--wait", "--quiet-pull"])
        if started:
            raise typer.Exit(started)
    words = [command, *(arguments or [])]
    raise typer.Exit(run_command(words, terminal=sys.stdin.isatty() and sys.stdout.isatty()))


def _accounts() -> None:
    if not ENV_FILE.exists():
        raise SecretsMissing(ENV_FILE)
    path = access_file(ENV_FILE)
    access = read_access(path)
    added = ensure_passwords(ENV_FILE, access)
    ended = docker_compose(["run", "--rm", "--no-deps", "--no-TTY", "accounts"])
    if ended:
        put_on_record("compose accounts (failed)", str(path))
        raise typer.Exit(ended)
    for name, role in access.held.items():
        new = f"; the first password is in {ENV_FILE}, ACCOUNT_PASSWORDS" if name in added else ""
        typer.echo(f"{name}: {role}{new}")
    for name in access.taken_away:
        typer.echo(f"{name}: taken away")
    typer.echo(f"Airflow and MLflow know the roles and accounts of {path}")
    told = [f"{name}: {role}" for name, role in access.held.items()]
    put_on_record("compose accounts", ", ".join([*told, *(f"{name}: none" for name in access.taken_away)]))


def _keep_or_bring_back(command: str, arguments: list[str]) -> None:
    if len(arguments) != 1:
        raise typer.BadParameter(f"{command} takes one argument, a folder")
    folder = Path(arguments[0]).expanduser().resolve()
    try:
        (back_up if command == "backup" else recover)(folder)
    except (HeadgateError, KeyboardInterrupt) as failed:
        _record_of_failure(command, folder, failed)
        raise
    if command == "backup":
        store = places_on_s3(ENV_FILE)
        held = "databases and volumes" if store else "databases, lake and artifacts"
        typer.echo(f"{folder}: {held}. Keep {ENV_FILE} as well, in another place")
        if store:
            typer.echo(f"Not in it, and the store's to keep: {' and '.join(store)}")
    else:
        typer.echo(f"recovered from {folder}; MLflow shows what the lake says")
    put_on_record(f"compose {command}", str(folder))


def _record_of_failure(command: str, folder: Path, failed: BaseException) -> None:
    how = "interrupted" if isinstance(failed, KeyboardInterrupt) else "failed"
    try:
        put_on_record(f"compose {command} ({how})", str(folder))
    except HeadgateError as error:
        if str(error) != str(failed):  # else what kept it from being done keeps it off the record
            typer.secho(f"error: {error}", fg="red", err=True)
