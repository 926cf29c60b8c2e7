"""`headgate compose`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from headgate.stack.compose import ENV_FILE, docker_compose, run_command, write_env

CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}


class Command(StrEnum):
    """`init`, and the commands that do inside of the compose stack what they do beside the embedded one."""

    init = "init"
    demo = "demo"
    status = "status"
    run = "run"
    query = "query"
    statistics = "statistics"
    sample = "sample"
    plan = "plan"
    check = "check"
    audit = "audit"


def compose(
    command: Annotated[Command, typer.Argument(help="init, or what to do inside of the stack.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGUMENTS]", help="Those of the command.")
    ] = None,
) -> None:
    """Work with the stack of docker-compose.yaml: separate servers, for several users.

    init writes `.env` with new secrets, readable by you only, and refuses to overwrite one. demo starts the
    stack (docker compose up -d --wait) and does what the embedded demo does. The other commands do on this
    stack what they do on the embedded one: ./headgate compose query "SELECT 1".
    """
    if command is Command.init:
        if arguments:
            raise typer.BadParameter("init takes no arguments")
        write_env(ENV_FILE)
        typer.echo(f"{ENV_FILE}: written, readable by you only. Next: docker compose up -d --wait")
        return
    if command is Command.demo:
        typer.echo("Starting the stack")
        started = docker_compose(["up", "--detach", "--wait", "--quiet-pull"])
        if started:
            raise typer.Exit(started)
    words = [command.value, *(arguments or [])]
    raise typer.Exit(run_command(words, terminal=sys.stdin.isatty() and sys.stdout.isatty()))
