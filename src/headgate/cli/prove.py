"""`headgate prove`."""

from __future__ import annotations

import importlib
import logging
import sys
from enum import StrEnum
from typing import Annotated

import typer

from headgate.spec.settings import REPOSITORY


class Proof(StrEnum):
    """What can be proved: each is a file in tests/proofs/."""

    convergence = "convergence"


def prove(
    proof: Annotated[Proof, typer.Argument(help="What to prove.")],
    runs: Annotated[int, typer.Option(min=1, help="How many drawn cases, at least.")] = 100,
    seed: Annotated[int, typer.Option(help="Where the drawing starts; the same seed draws the same.")] = 0,
) -> None:
    """Try to refute what the guarantees say, with drawn cases against an independent replay.

    convergence: change histories with ties, loads, bad rows, files sent again and late files, run in drawn
    orders and batches of hours, in a Spark of its own. The change log, the live rows and the tombstones must
    equal a replay in plain Python. Every difference is printed with its history.

    The last line is `N passed, N failed`; exits with 1 when any failed.
    """
    for chatty in ("great_expectations", "py4j"):  # their notes would stand before and after the result
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.path.insert(0, str(REPOSITORY))
    proving = importlib.import_module(f"tests.proofs.{proof.value}")
    if not proving.prove(runs, seed):
        raise typer.Exit(1)
