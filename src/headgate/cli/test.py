"""`headgate test`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from headgate.spec.settings import REPOSITORY
from headgate.stack.java import find_java

CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}
PROGRAMS = Path(sys.prefix) / "bin"
PYTEST = (sys.executable, "-m", "pytest")
CODE = ("src", "tests", "pipelines", "dags", "plugins", "spark_jobs", "bench")
# A file at a time, in the order of their names: of those with few tests some take longest, so they must
# not come last.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SLOWEST = "--durations=40"


@dataclass(frozen=True)
class Part:
    """A part of the tests: pytest's arguments, and how long it takes beside the other parts."""

    name: str
    arguments: tuple[str, ...]
    share: int


PARTS = (
    Part("unit", (*SIDE_BY_SIDE, "tests/unit"), 23),
    Part("the demo", ("tests/integration/demo",), 50),
    Part("hours", (*SIDE_BY_SIDE, "tests/hours"), 36),
    Part("learning", (*SIDE_BY_SIDE, "tests/learning"), 18),
    Part("operations", (*SIDE_BY_SIDE, "tests/operations"), 28),
    Part("writers on S3", ("tests/s3/test_probe.py", "tests/s3/test_writers.py"), 5),
    Part("the second stack", ("tests/integration/shop",), 65),
    Part("a pipeline on S3", ("tests/s3/test_pipeline.py",), 10),
)
"""In the order of what they tell when time runs out."""

COMPOSE_PARTS = (
    Part("kills", ("tests/proofs",), 25),
    Part(
        "the compose stack",
        tuple(f"tests/compose/test_compose_{part}.py" for part in ("demo", "tables", "access", "roles")),
        80,
    ),
)
"""What `--compose` adds; all of `tests/compose` also sends forms, restarts, upgrades and destroys the stack,
and puts one on S3."""


def test(
    compose: Annotated[
        bool, typer.Option("--compose", help="Run the tests of docker-compose.yaml and of kills too.")
    ] = False,
    within: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES", help="Begin no part that would not end in this time; those left out are named."
        ),
    ] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PYTEST ARGUMENTS]", help="Run pytest with these, and no other checks."),
    ] = None,
) -> None:
    """Run all checks and tests: style, types, layers, unit tests, the real stack, then what takes longer.

    With --compose also the demo on the stack of docker-compose.yaml, which needs Docker, and three kills of
    the proof of kills. With --within the time that the first parts took says whether this machine will end
    another in time.

    With arguments (`./headgate test tests/unit/test_ports.py -x`) only pytest runs, with them. Exits
    with 1 when anything fails; all of it runs all the same.
    """
    if arguments:
        raise typer.Exit(_run([*PYTEST, *arguments]))
    begun = time.monotonic()
    code = [folder for folder in CODE if (REPOSITORY / folder).is_dir()]
    checks = [
        [str(PROGRAMS / "ruff"), "check", *code],
        [str(PROGRAMS / "ruff"), "format", "--check", *code],
        [str(PROGRAMS / "mypy")],
        [str(PROGRAMS / "lint-imports")],
    ]
    failed = [step for step in checks if _run(step) != 0]
    left_out: list[str] = []
    ended = 0
    for part in (*PARTS, *(COMPOSE_PARTS if compose else ())):
        spent = time.monotonic() - begun
        if within is not None and not fits(spent, ended, part.share, within * 60):
            left_out.append(part.name)
            continue
        step = [*PYTEST, SLOWEST, *part.arguments]
        if _run(step) != 0:
            failed.append(step)
        ended += part.share
    for name in left_out:
        typer.secho(
            f"left out, for it would not end within {within:g} minutes: {name}", fg="yellow", err=True
        )
    for step in failed:
        typer.secho(f"failed: {' '.join([Path(step[0]).name, *step[1:]])}", fg="red", err=True)
    if failed:
        raise typer.Exit(1)


def fits(spent: float, ended: int, share: int, limit: float) -> bool:
    """Whether a part of this share ends in time, where parts of `ended` in sum took `spent` of the seconds.

    The first part always does: nothing is known of the machine before it.
    """
    return ended == 0 or spent + spent * share / ended <= limit


def _run(command: list[str]) -> int:
    """Run a step, its lines shown; returns its exit code."""
    line = f"\n$ {' '.join([Path(command[0]).name, *command[1:]])}"
    Console(highlight=False, soft_wrap=True).print(line, style="bold", markup=False)
    environment = {**os.environ, "JAVA_HOME": str(find_java().home)}
    return subprocess.run(command, cwd=REPOSITORY, env=environment).returncode
