"""The command line: a table of commands, each in a module of its own that is imported when it is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from inspect import getdoc
from typing import Any

import typer

from headgate.spec.command import as_typed, program
from headgate.spec.errors import HeadgateError

# For each command a module below headgate.cli that holds a function of the same name, and its help line.
# A module may hold CONTEXT, the command's context settings (Typer's `context_settings`), or GROUP, a Typer
# application, where the command has commands of its own.
COMMANDS = {
    "demo": "Bring real flights from landing files to a promoted champion.",
    "up": "Start the embedded stack; return when a DAG can run.",
    "down": "Stop the stack; leave no process.",
    "compose": "Work with the stack of docker-compose.yaml.",
    "status": "Show the health of every part, and how far each pipeline is.",
    "doctor": "Check this machine and the stack; say what to do about what is wrong.",
    "check": "Check the specs and contracts of all pipelines, or of one.",
    "plan": "Say what a change of the files will do, before anything runs.",
    "new": "Write the folder of a new pipeline, ready to run.",
    "sample": "Write landing files of real data for a bundled pipeline.",
    "run": "Run hours of a pipeline as a backfill, and wait for them.",
    "replay": "Derive hours that are done again, in one pass.",
    "gate": "Accept or divert what closed a gate, on record.",
    "releases": "Say what served when and why; check and mend the record.",
    "challenge": "Put a model on trial against the champion.",
    "audit": "Say who did what, in Airflow and in the lake.",
    "forget": "Remove a subject from everything that is kept, and certify it.",
    "rollback": "Go back to an earlier release: its model, and its tables too.",
    "query": "Run SQL on the lake.",
    "quarantine": "Look at rows that broke a rule; let them re-enter or dismiss them.",
    "compare": "Compare algorithms on a pipeline's examples; every trial in MLflow.",
    "tune": "Search for a better recipe within a budget; every trial in MLflow.",
    "reproduce": "Fit a version again from the data that it pins; are the trees the same?",
    "live": "Show how good the predictions were, by the labels that came since.",
    "drift": "Show how far the data have drifted from what the champion learned from.",
    "contract": "Print a table's contract as an Open Data Contract.",
    "statistics": "Describe what was published of a table.",
    "bench": "Measure the platform on this machine.",
    "prove": "Try to refute the guarantees with drawn cases.",
    "test": "Run all checks and tests.",
}


def build(words: Sequence[str]) -> typer.Typer:
    """The application for the command line `words`: only the module of the command in it is imported."""
    app = typer.Typer(
        name="headgate",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )
    app.callback()(headgate)
    wanted = next((word for word in words if not word.startswith("-")), None)
    for name, words_of_help in COMMANDS.items():
        if name != wanted:
            app.command(name=name, short_help=words_of_help)(_elsewhere)
            continue
        module = importlib.import_module(f"headgate.cli.{name}")
        group: typer.Typer | None = getattr(module, "GROUP", None)
        if group is not None:
            app.add_typer(group, name=name, short_help=words_of_help)
        else:
            settings: dict[str, Any] | None = getattr(module, "CONTEXT", None)
            function: Callable[..., None] = getattr(module, name)
            command = app.command(
                name=name,
                help=as_typed(getdoc(function) or ""),
                short_help=words_of_help,
                context_settings=settings,
            )
            command(function)
    return app


def headgate() -> None:
    """Real data, hour by hour, from landing file to promoted model; nothing passes unvalidated.

    All state is kept in one folder: `.headgate` beside this program, or the one that HEADGATE_HOME names.
    """


def _elsewhere() -> None:
    """Stands for the commands that this command line does not call."""


def main() -> None:
    """Run the command line; an error that Headgate raises on purpose is printed as text, exit code 1."""
    try:
        build(sys.argv[1:])(prog_name=program())
    except HeadgateError as error:
        typer.secho(f"error: {error}", fg="red", err=True)
        sys.exit(1)
