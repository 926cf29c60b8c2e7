"""Airflow's old runs are removed by its own command, with the database that a connection names."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow import maintain_dags
from headgate.airflow.operators import clean_runs
from headgate.airflow.operators.clean_runs import RunsNotCleaned, clean_command
from headgate.spec.settings import Settings

CONNECTION = "AIRFLOW_CONN_HEADGATE_AIRFLOW_DATABASE"


@pytest.fixture
def task(pipelines: Settings) -> Any:
    found: Any = maintain_dags()["shop_maintain"].get_task("runs")
    found.keep = "90d"
    return found


def test_the_command_names_the_dags_and_asks_nothing() -> None:
    command = clean_command(["shop_hourly", "shop_learn"], datetime(2024, 1, 1, tzinfo=UTC))
    assert command[:5] == [sys.executable, "-m", "airflow", "db", "clean"]
    assert command[command.index("--dag-ids") + 1] == "shop_hourly,shop_learn"
    assert command[command.index("--clean-before-timestamp") + 1] == "2024-01-01T00:00:00+00:00"
    assert {"--yes", "--skip-archive"} <= set(command)


def test_who_did_what_stays_in_airflow() -> None:
    command = clean_command(["shop_hourly"], datetime(2024, 1, 1, tzinfo=UTC))
    tables = command[command.index("--tables") + 1].split(",")
    assert tables == ["dag_run", "job", "task_instance", "task_instance_history", "xcom"]


def test_it_runs_with_the_database_of_the_connection(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"url": "postgresql+psycopg2://a", "async_url": "postgresql+asyncpg://a"}
    monkeypatch.setenv(CONNECTION, json.dumps({"conn_type": "generic", "extra": extra}))
    seen: dict[str, str] = {}
    task.keep = "0h"

    def run(command: list[str], env: dict[str, str], **options: Any) -> Any:
        seen.update(env, before=command[-1])
        return SimpleNamespace(returncode=len(seen) == 0, stdout="cleaned")

    monkeypatch.setattr(clean_runs.subprocess, "run", run)
    task.execute({})
    age = datetime.now(UTC) - datetime.fromisoformat(seen["before"])
    assert timedelta(days=1) <= age < timedelta(days=1, minutes=5)  # runs under way stay
    assert seen["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == "postgresql+psycopg2://a"
    assert seen["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"] == "postgresql+asyncpg://a"


def test_a_failure_is_told(task: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONNECTION, json.dumps({"extra": {"url": "a", "async_url": "b"}}))
    ended = SimpleNamespace(returncode=3, stdout="no such table")
    monkeypatch.setattr(clean_runs.subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(RunsNotCleaned, match="airflow db clean ended with 3"):
        task.execute({})


def test_without_the_connection_the_task_is_skipped_and_says_which(task: Any) -> None:
    with pytest.raises(AirflowSkipException) as skipped:
        task.execute({})
    assert "Airflow has no connection headgate_airflow_database" in str(skipped.value)
    assert "next: Add the connection" in str(skipped.value)
