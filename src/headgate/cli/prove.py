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
    kills = "kills"


def prove(
    proof: Annotated[Proof, typer.Argument(help="What to prove.")],
    runs: Annotated[int, typer.Option(min=1, help="convergence: how many drawn cases, at least.")] = 100,
    kills: Annotated[int, typer.Option(min=1, help="kills: how many processes to kill.")] = 30,
    seed: Annotated[int, typer.Option(help="Where the drawing starts; the same seed draws the same.")] = 0,
) -> None:
    """Try to refute what the guarantees say, with drawn cases against an independent replay.

    convergence: change histories of two feeds with ties, loads, bad rows, files sent again and late files,
    and real flights in split and repeated files, run in drawn orders and batches of hours, in a Spark of its
    own. Change logs, live rows, tombstones, history and gold must equal a replay in plain Python. What
    differs or raises is printed with its history.

    The last line is `N passed, N failed`.

    kills: hours of flights on a stack of its own, in whose midst drawn processes are killed with SIGKILL: the
    engine, tasks, scheduler, dag-processor, api-server, PostgreSQL, MLflow, the supervisor. Tables,
    quarantine, ledger, model log and registry must equal a replay in plain Python, nothing may hang, and a
    reader that looks all the while must see no row that failed its gate and no inconsistent set of versions.
    A minute or two a kill, after some for the start. The last line is `N kills, N differences`.

    Exits with 1 when a proof fails.
    """
    for chatty in ("great_expectations", "py4j"):  # their notes would stand before and after the result
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.path.insert(0, str(REPOSITORY))
    proving = importlib.import_module(f"tests.proofs.{proof.value}")
    if not proving.prove(kills if proof is Proof.kills else runs, seed):
        raise typer.Exit(1)
