"""Run the job that repairs MLflow, on the engine of the running stack."""

from __future__ import annotations

import sys

from headgate.cli.job_outcome import how_it_ended
from headgate.cli.submit_job import job_environment, run_job
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.layout import Layout


class NotReconciled(HeadgateError):
    """The job that repairs MLflow ended before it was through."""


def reconciled(settings: Settings, pipeline: str) -> list[str]:
    """What the job repaired, a sentence each. Raises NotReconciled, StackNotRunning."""
    log = Layout.of(settings).logs / f"reconcile-{pipeline}.log"
    command = [sys.executable, str(settings.jobs / "reconcile.py"), "--pipeline", pipeline]
    environment = {**job_environment(settings), "SPARK_REMOTE": addresses(settings).engine}
    said: list[str] = []
    code = run_job(settings, command, environment, log, said.append)
    if code:
        raise NotReconciled(
            how_it_ended(code, log),
            where=str(log),
            left="what it had repaired by then: " + ("; ".join(said) or "nothing"),
            next_command="./headgate doctor, then the same again",
        )
    return said
