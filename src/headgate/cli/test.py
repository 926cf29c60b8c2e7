"""`headgate test`."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated

import typer
from rich.console import Console

from headgate.spec.settings import REPOSITORY
from headgate.stack.java import find_java

CONTEXT = {"ignore_unknown_options": True, "allow_interspersed_args": False}
PROGRAMS = Path(sys.prefix) / "bin"
CODE = ("src", "tests", "pipelines", "dags", "plugins", "spark_jobs", "bench")
# A file at a time, in the order of their names: of those with few tests some take longest, so they must
# not come last.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
SLOWEST = "--durations=40"
COMPOSE_TESTS = tuple(
    f"tests/compose/test_compose_{part}.py" for part in ("demo", "tables", "access", "roles")
)
"""What `--compose` runs; all of `tests/compose` also sends forms, and restarts and destroys the stack."""
KILLS = ("tests/proofs",)
STORE_TESTS = tuple(f"tests/s3/test_{part}.py" for part in ("probe", "writers"))
"""What of `tests/s3` runs each time; all of it also takes a pipeline through all its hops there."""


def test(
    compose: Annotated[
        bool, typer.Option("--compose", help="Run the tests of docker-compose.yaml and of kills too.")
    ] = False,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PYTEST ARGUMENTS]", help="Run pytest with these, and no other checks."),
    ] = None,
) -> None:
    """Run all checks and tests: style, types, layers, unit tests side by side, then the real stack.

    Beside the tests of the embedded stack run those of a store on S3; with --compose also the demo on the
    stack of docker-compose.yaml, which needs Docker, and three kills of the proof of kills. What those beside
    print comes when they have ended.

    With arguments (`./headgate test tests/unit/test_ports.py -x`) only pytest runs, with them. Exits
    with 1 when anything fails; all of it runs all the same.
    """
    pytest = [sys.executable, "-m", "pytest"]
    if arguments:
        raise typer.Exit(_run([*pytest, *arguments]))
    code = [folder for folder in CODE if (REPOSITORY / folder).is_dir()]
    steps = [
        [str(PROGRAMS / "ruff"), "check", *code],
        [str(PROGRAMS / "ruff"), "format", "--check", *code],
        [str(PROGRAMS / "mypy")],
        [str(PROGRAMS / "lint-imports")],
        [*pytest, *SIDE_BY_SIDE, SLOWEST, "tests/unit"],
    ]
    beside = (STORE_TESTS, *((COMPOSE_TESTS, KILLS) if compose else ()))
    failed = [step for step in steps if _run(step) != 0]
    failed += _run_beside(
        [*pytest, SLOWEST, "tests/integration"], *([*pytest, SLOWEST, *tests] for tests in beside)
    )
    for step in failed:
        typer.secho(f"failed: {' '.join([Path(step[0]).name, *step[1:]])}", fg="red", err=True)
    if failed:
        raise typer.Exit(1)


def _run_beside(shown: list[str], *kept: list[str]) -> list[list[str]]:
    """Run a step, and beside it others one after the other; returns those that failed.

    Each waits most of its time. The lines of `kept` are printed when all have ended.
    """
    with ThreadPoolExecutor(1) as pool, TemporaryFile() as lines:
        waiting = pool.submit(lambda: [_run(step, lines) for step in kept])
        codes = [_run(shown), *waiting.result()]
        lines.seek(0)
        typer.echo(lines.read().decode(errors="replace"))
    return [step for step, code in zip((shown, *kept), codes, strict=True) if code != 0]


def _run(command: list[str], output: IO[bytes] | None = None) -> int:
    """Run a step, its lines to `output` or shown; returns its exit code."""
    line = f"\n$ {' '.join([Path(command[0]).name, *command[1:]])}"
    if output is None:
        Console(highlight=False, soft_wrap=True).print(line, style="bold", markup=False)
    else:
        output.write(f"{line}\n".encode())
        output.flush()
    environment = {**os.environ, "JAVA_HOME": str(find_java().home)}
    together = None if output is None else subprocess.STDOUT
    return subprocess.run(command, cwd=REPOSITORY, env=environment, stdout=output, stderr=together).returncode
