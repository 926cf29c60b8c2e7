"""What the tasks do around their jobs: turns, refusals, names, outcomes, the engine session."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    ParamValidationError,
)
from grpc import StatusCode
from pyspark.errors.exceptions.connect import SparkConnectGrpcException

from headgate.airflow import (
    gate_dags,
    hourly_dags,
    learn_dags,
    promote_dags,
    quarantine_dags,
    replay_dags,
)
from headgate.airflow.names import run_attempt
from headgate.airflow.operators import connect_job
from headgate.airflow.operators.engine_session import EngineSession
from headgate.airflow.operators.outcome import task_outcome
from headgate.airflow.operators.run_job_file import JobEnded, run_job_file
from headgate.gates.verdict import GateClosed
from headgate.hops.run_range import Behind
from headgate.lake import engine_session
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

HOUR = datetime(2024, 1, 1, 7, tzinfo=UTC)


class Instance:
    """A task instance that remembers what it was told."""

    def __init__(
        self, earlier: object = None, hours: int = 0, behind: int = 0, replays: int = 0, waiting: int = 0
    ) -> None:
        self.earlier, self.waiting = earlier, waiting
        self.counts = {
            ("shop_hourly", "queued running"): hours,
            ("shop_hourly", "running"): hours,
            ("shop_learn", "queued"): behind,
            ("shop_replay", "running"): replays,
        }
        self.pushed: dict[str, Any] = {}

    def get_previous_dagrun(self, state: str) -> object:
        assert state == "running"
        return self.earlier

    def get_dr_count(self, dag_id: str, states: list[str]) -> int:
        return self.counts[dag_id, " ".join(states)]

    def get_ti_count(self, dag_id: str, task_ids: list[str], states: list[str]) -> int:
        assert (dag_id, task_ids) == ("shop_replay", ["wait_until_quiet"])
        assert "success" not in states
        return self.waiting

    def xcom_push(self, key: str, value: object) -> None:
        self.pushed[key] = value


def context(instance: Instance, run_type: str = "scheduled", **run: Any) -> Any:
    values = {"run_id": "a run", "logical_date": HOUR, "conf": {}, **run}
    return {"ti": instance, "dag_run": SimpleNamespace(run_type=run_type, **values)}


@pytest.fixture
def first(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`bronze.stage`, whose job is only noted."""
    task: Any = hourly_dags()["shop_hourly"].get_task("bronze.stage")
    task.ran = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: self.ran.append(list(arguments)))
    return task


def test_a_manual_run_is_refused_with_the_way_to_go(first: Any) -> None:
    with pytest.raises(AirflowFailException) as refused:
        first.execute(context(Instance(), run_type="manual"))
    assert str(refused.value) == (
        "This is a manual run, and a manual run does not say which hour it means.\n"
        "  where: run a run\n"
        "  left behind: Nothing was read or written. "
        "Delete the run, so that it does not stand in its hour's place.\n"
        "  next: Open Trigger, choose Backfill and give the hours, from and to, both included; "
        "or: ./headgate run shop --from 2013-01-29T00 --to 2013-01-29T05"
    )
    assert first.ran == []


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_the_first_task_stages_the_hour_into_a_fresh_attempt(first: Any, run_type: str) -> None:
    names = []
    for _ in range(2):
        instance = Instance()
        first.execute(context(instance, run_type=run_type))
        names.append(instance.pushed["attempt"])
        assert re.fullmatch(r"2024-01-01T07--[0-9a-f]{8}", names[-1])
        assert first.ran[-1] == [
            *["--pipeline", "shop", "--hop", "bronze"],
            *["--hour", "2024-01-01T07:00:00+00:00", "--attempt", names[-1]],
        ]
    assert names[0] != names[1]


def test_an_hour_comes_back_later_while_an_earlier_one_runs(first: Any) -> None:
    earlier = SimpleNamespace(logical_date=datetime(2024, 1, 1, 6, tzinfo=UTC))
    with pytest.raises(AirflowRescheduleException):
        first.execute(context(Instance(earlier=earlier)))
    assert first.ran == []


def test_a_decision_carries_the_form_and_the_name_of_who_made_it(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Any = gate_dags()["shop_gate"].get_task("decide")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(list(arguments)))
    form = {"decision": "accept", "digest": "d1", "why": "a test of the till"}
    told = context(Instance(), run_type="manual", triggering_user_name="anna")
    task.execute({**told, "params": form})
    assert ran == [
        [
            *["--pipeline", "shop", "--decision", "accept", "--digest", "d1"],
            *["--why", "a test of the till", "--by", "anna"],
        ]
    ]
    told = context(Instance(), run_type="manual", triggering_user_name=None)
    with pytest.raises(AirflowFailException) as refused:
        task.execute({**told, "params": form})
    assert str(refused.value) == (
        "A decision about a gate needs somebody who made it; nobody triggered this run.\n"
        "  where: run a run\n"
        "  left behind: Nothing was decided.\n"
        "  next: Sign in to Airflow and trigger the DAG there, or use ./headgate gate."
    )


@pytest.mark.parametrize("digest", ["", "d1", "A" * 64, "0" * 63])
def test_the_form_of_a_decision_takes_whole_digests_only(pipelines: Settings, digest: str) -> None:
    parameters: Any = gate_dags()["shop_gate"].params
    with pytest.raises(ParamValidationError):
        parameters.get_param("digest").resolve(digest)


@pytest.mark.parametrize(
    ("run_type", "grace", "waits"),
    [("scheduled", 15, True), ("scheduled", 0, False), ("backfill", 15, False)],
)
def test_a_scheduled_hour_waits_for_late_files(first: Any, run_type: str, grace: int, waits: bool) -> None:
    first.grace = timedelta(minutes=grace)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # its end is to come
    told = context(Instance(), run_type=run_type, logical_date=hour)
    if not waits:
        first.execute(told)
        assert len(first.ran) == 1
        return
    with pytest.raises(AirflowRescheduleException) as later:
        first.execute(told)
    assert later.value.reschedule_date == hour + timedelta(hours=1, minutes=15)
    assert first.ran == []
    first.execute(context(Instance(), run_type=run_type))  # an hour of long ago
    assert len(first.ran) == 1


def test_an_hour_waits_for_a_replay_at_work_and_not_for_one_that_waits(first: Any) -> None:
    with pytest.raises(AirflowRescheduleException):
        first.execute(context(Instance(replays=1)))
    assert first.ran == []
    first.execute(context(Instance(replays=1, waiting=1)))
    assert len(first.ran) == 1


@pytest.mark.parametrize(("hours", "quiet"), [(0, True), (3, False)])
def test_a_replay_waits_for_running_hours_only(pipelines: Settings, hours: int, quiet: bool) -> None:
    wait: Any = replay_dags()["shop_replay"].get_task("wait_until_quiet")
    assert wait.poke(context(Instance(hours=hours), dag_id="shop_replay")) is quiet


@pytest.mark.parametrize(("layer", "hops"), [("bronze", ["silver", "gold"]), ("silver", ["gold"])])
def test_a_replay_stages_the_hours_of_its_form_in_the_hops_after_the_layer(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch, layer: str, hops: list[str]
) -> None:
    form = {"from": "2024-01-01T00:00:00+00:00", "to": "2024-01-01T09:00:00+02:00", "layer": layer}
    staged = []
    for hop in ("silver", "gold"):
        task: Any = replay_dags()["shop_replay"].get_task(f"{hop}.stage")
        ran: list[list[str]] = []
        monkeypatch.setattr(type(task), "run_job", lambda self, arguments, ran=ran: ran.append(arguments))
        instance = Instance()
        told = {**context(instance, run_type="manual"), "params": form}
        if hop not in hops:
            with pytest.raises(AirflowSkipException, match="to read silver as it is"):
                task.execute(told)
            continue
        task.execute(told)
        staged.append(hop)
        attempt = instance.pushed["attempt"]
        assert attempt.startswith("2024-01-01T07--")
        assert ran == [
            [
                *["--pipeline", "shop", "--hop", hop, "--from-hour", "2024-01-01T00:00:00+00:00"],
                *["--hour", "2024-01-01T07:00:00+00:00", "--attempt", attempt],
            ]
        ]
    assert staged == hops


@pytest.mark.parametrize(("hours", "quiet"), [(0, True), (3, False)])
def test_learning_waits_until_no_hour_is_left(pipelines: Settings, hours: int, quiet: bool) -> None:
    wait: Any = learn_dags()["shop_learn"].get_task("wait_until_quiet")
    assert wait.poke(context(Instance(hours=hours), dag_id="shop_learn")) is quiet


@pytest.mark.parametrize("hours", [0, 3])
def test_a_learning_run_leaves_everything_to_the_one_behind_it(pipelines: Settings, hours: int) -> None:
    wait: Any = learn_dags()["shop_learn"].get_task("wait_until_quiet")
    with pytest.raises(AirflowSkipException, match="A later run of this DAG is queued"):
        wait.poke(context(Instance(hours=hours, behind=1), dag_id="shop_learn"))


def test_a_run_finds_its_own_attempt_again() -> None:
    name = run_attempt("shop_learn", "asset_triggered__1")
    assert name == run_attempt("shop_learn", "asset_triggered__1")
    assert re.fullmatch(r"[0-9a-f]{16}", name)
    assert name != run_attempt("shop_learn", "asset_triggered__2")


@pytest.mark.parametrize(("changed", "skipped"), [(True, False), (False, True)])
def test_nothing_new_skips_what_follows(pipelines: Settings, changed: bool, skipped: bool) -> None:
    task: Any = learn_dags()["shop_learn"].get_task("changed")
    task.attempt = "an attempt"
    folder = pipelines.staging / "shop" / "model" / "an attempt"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"changed": changed}))
    if skipped:
        with pytest.raises(AirflowSkipException, match="nothing new to learn"):
            task.execute(context(Instance()))
    else:
        task.execute(context(Instance()))


@pytest.mark.parametrize(
    "connection",
    [
        "http://127.0.0.1:5000",
        '{"conn_type": "http", "host": "mlflow", "extra": {"shown_as": "http://127.0.0.1:5000/"}}',
    ],
    ids=["one address", "people have another"],
)
def test_evaluation_passes_the_version_on_and_links_to_report_and_mlflow(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch, connection: str
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HEADGATE_MLFLOW", connection)
    task: Any = learn_dags()["shop_learn"].get_task("evaluate")
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: None)
    task.attempt = "an attempt"
    folder = pipelines.staging / "shop" / "model" / "an attempt"
    folder.mkdir(parents=True)
    (folder / "release.json").write_text('{"model": 1, "version": 3, "run": "0a1b"}')
    instance = Instance()
    task.execute(context(instance))
    assert instance.pushed == {"version": 3}
    links = {link.name: link.get_link(task, ti_key=None) for link in task.operator_extra_links}
    assert links == {
        "Model report": "/headgate/reports/shop/models/1.html",
        "MLflow run": "http://127.0.0.1:5000/#/runs/0a1b",
    }


def test_an_evaluation_that_did_not_end_links_nowhere(pipelines: Settings) -> None:
    task: Any = learn_dags()["shop_learn"].get_task("evaluate")
    assert [link.get_link(task, ti_key=None) for link in task.operator_extra_links] == ["", ""]


def test_a_gate_links_to_the_report_of_its_attempt(pipelines: Settings) -> None:
    gate: Any = hourly_dags()["shop_hourly"].get_task("silver.gate")
    (link,) = gate.operator_extra_links
    assert link.name == "Validation report"
    gate.attempt = "2024-01-01T07--0a1b2c3d"
    assert link.get_link(gate, ti_key=None) == (
        "/headgate/reports/shop/silver/2024-01-01T07/2024-01-01T07--0a1b2c3d.html"
    )
    gate.attempt = None
    assert link.get_link(gate, ti_key=None) == ""


@pytest.mark.parametrize("version", [3, "3"])
def test_promotion_decides_on_the_version_of_its_run(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch, version: int | str
) -> None:
    task: Any = promote_dags()["shop_promote"].get_task("promote")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(arguments))
    task.execute(context(Instance(), conf={"version": version}))
    assert ran == [["--pipeline", "shop", "--version", "3"]]


@pytest.mark.parametrize(
    "conf", [{}, {"version": ""}, {"version": "0"}, {"version": "latest"}, {"version": None}]
)
def test_promotion_without_a_version_is_refused(pipelines: Settings, conf: dict[str, Any]) -> None:
    task: Any = promote_dags()["shop_promote"].get_task("promote")
    with pytest.raises(AirflowFailException, match="does not name a registered version") as refused:
        task.execute(context(Instance(), conf=conf))
    assert 'Trigger the DAG again with the configuration {"version": 3}' in str(refused.value)


def test_a_request_about_the_quarantine_is_what_the_form_says(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Any = quarantine_dags()["shop_quarantine"].get_task("request")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(arguments))
    form = {"table": "sales", "action": "dismiss", "rules": ["a.between"], "rows": [], "values": {}}
    form["why"] = "a test"
    run = SimpleNamespace(triggering_user_name="ann")
    task.execute({"params": form, "dag_run": run})
    ((pipeline, name, request, text),) = ran
    assert (pipeline, name, request) == ("--pipeline", "shop", "--request")
    assert json.loads(text) == {**form, "requested_by": "ann"}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Behind("behind 07:00"), AirflowSkipException),
        (HeadgateError("refused", next_command="do this"), AirflowFailException),
    ],
)
def test_refusals_skip_or_fail_without_retry(error: HeadgateError, outcome: type[Exception]) -> None:
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
