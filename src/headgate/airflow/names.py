"""The names that a pipeline has in Airflow: its DAGs, its pool, its asset, its attempts."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

POOL_PREFIX = "headgate_"
HOURLY, LEARN, PROMOTE, GATE, REPLAY = "_hourly", "_learn", "_promote", "_gate", "_replay"
MAINTAIN, QUARANTINE, ROLLBACK, ALERTS = "_maintain", "_quarantine", "_rollback", "_alerts"
CHALLENGE, APPROVE, FORGET, TUNE = "_challenge", "_approve", "_forget", "_tune"
ENDINGS = (
    *(HOURLY, LEARN, PROMOTE, APPROVE, CHALLENGE, TUNE, GATE, REPLAY),
    *(MAINTAIN, QUARANTINE, ROLLBACK, ALERTS, FORGET),
)
"""What the ids of a pipeline's DAGs end with, after its name."""

ACCOUNT_OF_COMMANDS = "admin"
"""The account by which Headgate's commands speak to Airflow."""
ASKED_BY = "asked_by"
"""What in a run's conf says for whom they do."""

ATTEMPT_KEY = "attempt"
"""The XCom in which the stage task of a hop tells its attempt."""


def hourly_dag_id(pipeline: str) -> str:
    """The DAG that takes one hour through all hops."""
    return pipeline + HOURLY


def learn_dag_id(pipeline: str) -> str:
    """The DAG that fits, records and evaluates a candidate."""
    return pipeline + LEARN


def promote_dag_id(pipeline: str) -> str:
    """The DAG that decides on one candidate."""
    return pipeline + PROMOTE


def quarantine_dag_id(pipeline: str) -> str:
    """The DAG that takes requests about rows in quarantine."""
    return pipeline + QUARANTINE


def gate_dag_id(pipeline: str) -> str:
    """The DAG that puts a decision about a closed gate on record."""
    return pipeline + GATE


def replay_dag_id(pipeline: str) -> str:
    """The DAG that derives hours again in one pass."""
    return pipeline + REPLAY


def maintain_dag_id(pipeline: str) -> str:
    """The DAG that keeps the storage in order."""
    return pipeline + MAINTAIN


def tune_dag_id(pipeline: str) -> str:
    """The DAG that searches for a better recipe."""
    return pipeline + TUNE


def alerts_dag_id(pipeline: str) -> str:
    """The DAG that tells people what goes wrong."""
    return pipeline + ALERTS


def pipeline_dag_ids(pipeline: str) -> list[str]:
    """All DAGs that a pipeline may have."""
    return [pipeline + ending for ending in ENDINGS]


def rollback_dag_id(pipeline: str) -> str:
    """The DAG that goes back to an earlier release."""
    return pipeline + ROLLBACK


def challenge_dag_id(pipeline: str) -> str:
    """The DAG that puts a model on trial."""
    return pipeline + CHALLENGE


def approve_dag_id(pipeline: str) -> str:
    """The DAG that asks whether a candidate is to serve."""
    return pipeline + APPROVE


def approve_run_id(release: int | str) -> str:
    """The run that asks about the candidate of a release."""
    return f"approve__{release}"


def forget_dag_id(pipeline: str) -> str:
    """The DAG that removes a subject from everything."""
    return pipeline + FORGET


def pool_name(pipeline: str) -> str:
    """The pool whose one slot lets one task of the pipeline write at a time."""
    return POOL_PREFIX + pipeline


def asset_uri(pipeline: str, layer: str) -> str:
    """The asset that the last publish of an hour announces."""
    return f"headgate://{pipeline}/{layer}"


def hour_name(hour: datetime) -> str:
    """An hour as folders and attempts spell it: `2013-01-29T00`."""
    return f"{hour.astimezone(UTC):%Y-%m-%dT%H}"


def new_attempt(hour: datetime) -> str:
    """A fresh name for one try of one hop: `2013-01-29T00--1f0c9a3e`."""
    return f"{hour_name(hour)}--{uuid4().hex[:8]}"


def run_attempt(dag_id: str, run_id: str) -> str:
    """The name of a run's only attempt: retried or cleared, its tasks find their own work again."""
    return hashlib.sha256(f"{dag_id}/{run_id}".encode()).hexdigest()[:16]
