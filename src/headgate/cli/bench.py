"""`headgate bench`."""

from __future__ import annotations

import runpy
from enum import StrEnum
from typing import Annotated

import typer

from headgate.spec.settings import REPOSITORY, Settings


class Measure(StrEnum):
    """What can be measured: each is a file in bench/."""

    hour = "hour"


def bench(
    measure: Annotated[Measure, typer.Argument(help="What to measure.")],
    hours: Annotated[int, typer.Option(min=12, help="Hours to run after two to warm up.")] = 12,
) -> None:
    """Measure on this machine, with the bundled pipeline in the embedded stack.

    hour: the seconds of an hour-run by task, those of Airflow and of the engine apart. Goes on from the last
    hour that is done; prints medians and writes all figures below the state folder.
    """
    module = runpy.run_path(str(REPOSITORY / "bench" / f"{measure.value}.py"))
    module["measure"](Settings(), hours)
