"""Candidates that wait for somebody's approval: since when, until when, and where it is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.airflow.names import approve_dag_id, approve_run_id
from headgate.airflow.operators.answer import APPROVE_TASK
from headgate.airflow.pages.paths import airflow_address
from headgate.releases.release_rows import Release, unanswered
from headgate.spec.load import LoadedPipeline


@dataclass(frozen=True)
class WaitingApproval:
    """A release that asked; `until` an answer it is held, None where the log does not say since when."""

    release: int
    version: int | None
    model: int | None
    since: datetime | None
    until: datetime | None
    address: str


def waiting_approvals(loaded: LoadedPipeline, history: list[Release]) -> list[WaitingApproval]:
    """Those that nobody has answered about yet, oldest first."""
    within = loaded.spec.promotes_by.answer_within
    return [
        WaitingApproval(
            asked.release,
            asked.version,
            asked.model,
            asked.decided_at,
            asked.decided_at + within if asked.decided_at else None,
            approval_address(loaded.spec.pipeline, asked.release),
        )
        for asked in unanswered(history)
    ]


def approval_address(pipeline: str, release: int) -> str:
    """Where Airflow asks about a release: the required action of its run."""
    run = ("dags", approve_dag_id(pipeline), "runs", approve_run_id(release))
    return airflow_address(*run, "tasks", APPROVE_TASK, "required_actions")
