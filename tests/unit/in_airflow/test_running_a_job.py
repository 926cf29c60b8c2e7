"""How a task runs its job: what the job finds, how its end is told, the engine session."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowSkipException,
)
from grpc import StatusCode
from pyspark.errors.exceptions.connect import SparkConnectGrpcException

from headgate.airflow import learn_dags, promote_dags
from headgate.airflow.operators import connect_job
from headgate.airflow.operators.engine_session import EngineSession
from headgate.airflow.operators.outcome import task_outcome
from headgate.airflow.operators.run_job_file import JobEnded, run_job_file
from headgate.gates.gate_closed import GateClosed
from headgate.hops.run_range import Behind
from headgate.ingest.landing import StillWritten
from headgate.lake import engine_session
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Behind("behind 07:00"), AirflowSkipException),
        (HeadgateError("refused", next_command="do this"), AirflowFailException),
        (StillWritten("The landing file a.csv changed while it was read."), AirflowException),
    ],
)
def test_refusals_skip_or_fail_without_retry_and_a_file_that_grows_is_tried_again(
    error: HeadgateError, outcome: type[Exception]
) -> None:
    found = task_outcome(error)
    assert type(found) is outcome
    assert str(found) == str(error)


def test_a_closed_gate_is_a_refusal() -> None:
    assert issubclass(GateClosed, HeadgateError)
    assert not issubclass(GateClosed, Behind)


def test_an_engine_that_ended_is_said_and_tried_again() -> None:
    error = SparkConnectGrpcException("Connection refused", grpc_status_code=StatusCode.UNAVAILABLE)
    found = task_outcome(error)
    assert type(found) is AirflowException
    assert str(found) == (
        "The engine ended while this task was at work.\n"
        "  left behind: What was committed stays; "
        "a publish that was begun is finished first by the next try.\n"
        "  next: Nothing: the task is tried again and waits for the engine. "
        "If it fails for good: ./headgate status"
    )


def test_trouble_is_left_to_the_retries() -> None:
    assert task_outcome(ConnectionError("the engine is away")) is None


def write_job(tmp_path: Path, text: str) -> str:
    path = tmp_path / "job.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_job_finds_arguments_and_engine_and_leaves_no_trace(tmp_path: Path) -> None:
    out = tmp_path / "seen.json"
    job = write_job(
        tmp_path,
        "import json, os, sys\n"
        "os.environ['LEFT'] = 'behind'\n"
        f"open({str(out)!r}, 'w').write(json.dumps([__name__, sys.argv[1:], os.environ['SPARK_REMOTE']]))\n",
    )
    arguments, environment = list(sys.argv), dict(os.environ)
    run_job_file(job, ["--hop", "gold"], {"SPARK_REMOTE": "sc://engine:1/"})
    assert json.loads(out.read_text()) == ["__main__", ["--hop", "gold"], "sc://engine:1/"]
    assert (sys.argv, dict(os.environ)) == (arguments, environment)


@pytest.mark.parametrize("code", ["0", "None", ""])
def test_a_job_may_exit_with_success(tmp_path: Path, code: str) -> None:
    run_job_file(write_job(tmp_path, f"import sys\nsys.exit({code})\n"), [], {})


@pytest.mark.parametrize("code", ["2", "'no such table'"])
def test_a_job_that_exits_otherwise_has_failed(tmp_path: Path, code: str) -> None:
    with pytest.raises(JobEnded, match=r"ended with"):
        run_job_file(write_job(tmp_path, f"import sys\nsys.exit({code})\n"), [], {})


def test_a_session_left_behind_is_ended_before_the_next_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[tuple[str, str]] = []
    monkeypatch.setattr(engine_session, "end_session", lambda base, name, wait: ended.append((base, name)))
    record = tmp_path / "sessions" / "bronze"
    killed = EngineSession("sc://engine:1/", record)
    record.parent.mkdir()
    record.write_text(killed.id)
    session = EngineSession("sc://engine:1/", record)
    with session.open() as address:
        assert ended == [("sc://engine:1/", killed.id)]
        assert address == f"sc://engine:1/;session_id={session.id}"
        assert record.read_text() == session.id
    assert not record.exists()


def test_a_job_that_fails_leaves_its_session_to_the_next(tmp_path: Path) -> None:
    record = tmp_path / "sessions" / "bronze"
    session = EngineSession("sc://engine:1/", record)
    with pytest.raises(RuntimeError, match="broken"), session.open():
        raise RuntimeError("broken")
    assert record.read_text() == session.id


def test_channels_ask_after_a_silent_engine(tmp_path: Path) -> None:
    from pyspark.sql.connect.client import ChannelBuilder

    before = list(ChannelBuilder.GRPC_DEFAULT_OPTIONS)
    with EngineSession("sc://engine:1/", tmp_path / "bronze").open():
        during = dict(ChannelBuilder.GRPC_DEFAULT_OPTIONS)
        assert during["grpc.keepalive_time_ms"] == 300_000
        assert during["grpc.keepalive_timeout_ms"] == 20_000
    assert before == ChannelBuilder.GRPC_DEFAULT_OPTIONS


def test_a_job_gets_engine_and_mlflow_from_the_connections(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = '{"conn_type": "spark_connect", "host": "127.0.0.1", "port": 15002}'
    monkeypatch.setenv("AIRFLOW_CONN_HEADGATE_ENGINE", engine)
    monkeypatch.setenv(
        "AIRFLOW_CONN_HEADGATE_MLFLOW",
        '{"conn_type": "http", "host": "mlflow", "schema": "https", "login": "airflow", "password": "p"}',
    )
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(
        connect_job, "run_job_file", lambda job, arguments, environment: seen.append(environment)
    )
    record: Any = learn_dags()["shop_learn"].get_task("record")
    promote: Any = promote_dags()["shop_promote"].get_task("promote")
    record.run_job([])
    promote.run_job([])
    for environment in seen:
        assert re.fullmatch(
            r"sc://127\.0\.0\.1:15002/;session_id=[0-9a-f-]{36}", environment.pop("SPARK_REMOTE")
        )
    assert seen == [
        {},
        {
            "MLFLOW_TRACKING_URI": "https://mlflow",
            "MLFLOW_TRACKING_USERNAME": "airflow",
            "MLFLOW_TRACKING_PASSWORD": "p",
        },
    ]
