"""What the tasks do around their jobs: turns, refusals, names, forms, links."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.api_fastapi.logging import decorators
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSkipException,
    ParamValidationError,
)

from headgate.airflow import (
    forget_dags,
    gate_dags,
    hourly_dags,
    learn_dags,
    promote_dags,
    quarantine_dags,
    replay_dags,
    rollback_dags,
)
from headgate.airflow.names import run_attempt
from headgate.spec.settings import Settings
from tests.unit.in_airflow.task_context import Instance, context


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
        "or: ./headgate run shop --from HOUR --to HOUR, with hours like 2013-01-29T07"
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


def test_a_way_back_carries_the_form_the_run_and_the_name_of_who_goes(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Any = rollback_dags()["shop_rollback"].get_task("roll_back")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(list(arguments)))
    form = {"release": 3, "tables": True, "why": "too many alarms"}
    told = context(Instance(), run_type="manual", triggering_user_name="anna")
    task.execute({**told, "params": form})
    assert ran == [
        [
            *["--pipeline", "shop", "--release", "3", "--tables", "yes"],
            *["--why", "too many alarms", "--by", "anna", "--run", "a run"],
        ]
    ]
    told = context(Instance(), run_type="manual", triggering_user_name=None)
    with pytest.raises(AirflowFailException, match="A way back needs somebody who made it"):
        task.execute({**told, "params": form})


def test_a_subject_is_forgotten_in_the_name_of_who_triggered_the_run(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Any = forget_dags()["shop_forget"].get_task("forget")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(list(arguments)))
    form = {"table": "orders", "secret_key": ["order_id=7"], "why": "request 12"}
    told = context(Instance(), run_type="manual", triggering_user_name="anna")
    task.execute({**told, "params": form})
    assert ran == [
        [
            *["--pipeline", "shop", "--table", "orders", "--key", '["order_id=7"]'],
            *["--why", "request 12", "--by", "anna"],
        ]
    ]
    assert "order_id" not in str(task.arguments)  # which Airflow keeps
    assert "order_id" not in str(decorators.secrets_masker.redact(form, "conf"))  # as its audit log does
    told = context(Instance(), run_type="manual", triggering_user_name=None)
    with pytest.raises(AirflowFailException, match="Forgetting needs somebody who made it"):
        task.execute({**told, "params": form})


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


def test_history_is_stamped_anew_where_the_form_asks_for_it_and_in_somebodys_name(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    task: Any = replay_dags()["shop_replay"].get_task("restamp")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(list(arguments)))
    hours = {"from": "2024-01-01T00:00:00+00:00", "to": "2024-01-01T09:00:00+02:00"}
    form = {**hours, "layer": "bronze", "restamp": True, "why": "the line was down"}
    anna = context(Instance(), run_type="manual", triggering_user_name="anna")
    task.execute({**anna, "params": {**form, "restamp": False}})
    assert ran == []
    task.execute({**anna, "params": form})
    assert ran == [
        [
            *["--pipeline", "shop", "--from-hour", "2024-01-01T00:00:00+00:00"],
            *["--hour", "2024-01-01T07:00:00+00:00"],
            *["--why", "the line was down", "--by", "anna", "--run", "a run"],
        ]
    ]
    with pytest.raises(AirflowFailException) as refused:
        task.execute({**anna, "params": {**form, "layer": "silver"}})
    assert str(refused.value) == (
        "Bronze is to be stamped anew, but the form says to read silver as it is.\n"
        "  where: run a run\n"
        "  left behind: Nothing was changed.\n"
        "  next: Trigger the DAG again with the layer bronze."
    )
    nobody = context(Instance(), run_type="manual", triggering_user_name=None)
    with pytest.raises(AirflowFailException, match="Stamping history anew needs somebody who made it"):
        task.execute({**nobody, "params": form})
    assert len(ran) == 1


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


def test_a_fit_links_to_a_page_that_leads_to_its_run_in_mlflow(pipelines: Settings) -> None:
    task: Any = learn_dags()["shop_learn"].get_task("learn")
    (link,) = task.operator_extra_links
    key = SimpleNamespace(dag_id="shop_learn", run_id="asset__1")
    assert link.name == "MLflow run"
    assert (
        link.get_link(task, ti_key=key) == f"/headgate/learned/shop/{run_attempt('shop_learn', 'asset__1')}"
    )


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


def test_a_publish_links_to_the_versions_of_its_tables(pipelines: Settings) -> None:
    publish: Any = hourly_dags()["shop_hourly"].get_task("silver.publish")
    (link,) = publish.operator_extra_links
    assert link.name == "Delta versions"
    publish.attempt = "2024-01-01T07--0a1b2c3d"
    assert link.get_link(publish, ti_key=None) == "/headgate/published/shop/silver/2024-01-01T07--0a1b2c3d"
    publish.attempt = None
    assert link.get_link(publish, ti_key=None) == ""


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
    form = {"table": "sales", "action": "dismiss", "rules": ["a.between"], "rows": []}
    form["why"] = "a test"
    run = SimpleNamespace(triggering_user_name="ann")
    task.execute({"params": {**form, "secret_values": {"amount": "5"}}, "dag_run": run})
    ((pipeline, name, request, text),) = ran
    assert (pipeline, name, request) == ("--pipeline", "shop", "--request")
    assert json.loads(text) == {**form, "values": {"amount": "5"}, "requested_by": "ann"}
