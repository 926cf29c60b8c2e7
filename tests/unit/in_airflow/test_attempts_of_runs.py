"""What Airflow's database says of the attempt that a run of a DAG staged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from airflow.models.xcom import XComModel
from sqlalchemy import create_engine, insert
from sqlalchemy.orm import Session

from headgate.airflow.pages.dag_runs import staged_attempt

TOLD = [
    (1, "shop_hourly", "scheduled__7", "silver.stage", "attempt", "2024-01-01T07--0000aaaa"),
    (1, "shop_hourly", "scheduled__7", "bronze.stage", "attempt", "2024-01-01T07--0000bbbb"),
    (1, "shop_hourly", "scheduled__7", "silver.stage", "other", "2024-01-01T07--0000cccc"),
    (2, "shop_replay", "manual__1", "silver.stage", "attempt", "2024-01-01T07--0000dddd"),
    (3, "shop_replay", "manual__2", "silver.stage", "attempt", '"2024-01-01T07--0000eeee"'),
]
"""Run, DAG, its run, task, key and value; the last as encoded text."""


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with what tasks told."""
    engine = create_engine("sqlite://")
    XComModel.__table__.create(engine)
    names = ("dag_run_id", "dag_id", "run_id", "task_id", "key", "value")
    rows = [
        dict(zip(names, told, strict=True)) | {"timestamp": datetime(2024, 1, 1, tzinfo=UTC)} for told in TOLD
    ]
    with engine.begin() as connection:
        connection.execute(insert(XComModel.__table__), rows)

    @contextmanager
    def create_session(scoped: bool = True) -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    monkeypatch.setattr("airflow.utils.session.create_session", create_session)


@pytest.mark.parametrize(
    ("dag", "run", "hop", "attempt"),
    [
        ("shop_hourly", "scheduled__7", "silver", "2024-01-01T07--0000aaaa"),
        ("shop_hourly", "scheduled__7", "bronze", "2024-01-01T07--0000bbbb"),
        ("shop_hourly", "scheduled__7", "gold", None),
        ("shop_replay", "scheduled__7", "silver", None),
        ("shop_replay", "manual__1", "silver", "2024-01-01T07--0000dddd"),
        ("shop_replay", "manual__2", "silver", "2024-01-01T07--0000eeee"),
    ],
)
def test_the_attempt_is_that_of_the_run_and_the_hop(
    database: None, dag: str, run: str, hop: str, attempt: str | None
) -> None:
    assert staged_attempt(dag, run, hop) == attempt
