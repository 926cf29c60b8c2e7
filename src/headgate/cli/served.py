"""The command line inside of a served stack: every command has a line in the audit, who asked for it too.

Airflow knows the account of the commands only, and of what only looks or mends nobody else has a record.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from headgate.cli.app import main
from headgate.spec.errors import HeadgateError
from headgate.spec.load import pipeline_names
from headgate.spec.settings import Settings
from headgate.stack.asked_by import asked_by
from headgate.stack.served_stack import served_stack
from headgate.stack.stack_acts import append


class NotWrittenDown(HeadgateError):
    """The line could not be written, so nothing was done."""

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"the audit trail cannot be written: {error}",
            str(folder),
            "nothing was done",
            "make room on the disk, or look at the volume `changes`, then repeat",
        )


def write_down(words: Sequence[str], folder: Path, pipelines: Sequence[str]) -> None:
    """Append the command to the acts below `folder`. Raises NotWrittenDown."""
    try:
        append(folder, datetime.now(UTC), asked_by(), *act_of(words, pipelines))
    except OSError as error:
        raise NotWrittenDown(folder, error) from error


def act_of(words: Sequence[str], pipelines: Sequence[str]) -> tuple[str, str]:
    """What is written down of a command line: the command, and the pipeline that it is about.

    Not what follows: keys of subjects, conditions and values are personal, and are forgotten elsewhere.
    """
    about = next((at for at, word in enumerate(words) if word in pipelines), None)
    command = words[: 2 if about is None else about][:2]
    named = [word for at, word in enumerate(command) if at == 0 or word.isalpha()]
    return " ".join(["compose", *named]), "" if about is None else words[about]


if __name__ == "__main__":
    served = served_stack()
    if served is not None and sys.argv[1:]:
        try:
            write_down(sys.argv[1:], served.mlflow_changes, pipeline_names(Settings()))
        except NotWrittenDown as error:
            typer.secho(f"error: {error}", fg="red", err=True)
            sys.exit(1)
    main()
