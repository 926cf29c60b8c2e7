"""Where the spec asks for approval: what is asked, in which words, and what an answer does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow import approve_dags, pipeline_dags, promote_dags
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import release

ASKING = "promotion: {ask: [refresh, challenge], answer_within: 6h}\n"
PASSED = [{"check": "rows", "passed": True, "said": "900 labelled rows, 100 needed"}]


class Instance:
    """A task instance that remembers what it was told, and knows what others said."""

    def __init__(self, told: object = None) -> None:
        self.told = told
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: object) -> None:
        self.pushed[key] = value

    def xcom_pull(self, task_ids: str) -> object:
        assert task_ids == "approve"
        return self.told


def context(instance: Instance, **configuration: object) -> Any:
    return {"ti": instance, "dag_run": SimpleNamespace(conf=configuration, run_id="a run")}


@pytest.fixture
def asking(pipelines: Settings) -> Settings:
    """The pipeline `shop`, whose refreshed models and challengers somebody approves of."""
    spec = pipelines.pipelines / "shop" / "pipeline.yaml"
    spec.write_text(spec.read_text() + ASKING)
    return pipelines


def test_without_ask_there_is_nobody_to_ask(pipelines: Settings) -> None:
    assert approve_dags() == {}
    assert promote_dags()["shop_promote"].task_ids == ["promote"]
    assert "shop_approve" not in pipeline_dags()


def test_one_run_asks_for_each_release_that_does(asking: Settings) -> None:
    dag = promote_dags()["shop_promote"]
    assert [step.task_id for step in dag.topological_sort()] == ["promote", "asked", "ask"]
    ask: Any = dag.get_task("ask")
    assert ask.trigger_dag_id == "shop_approve"
    assert ask.trigger_run_id == "approve__{{ ti.xcom_pull(task_ids='asked', key='release') }}"
    assert ask.conf == {
        name: f"{{{{ ti.xcom_pull(task_ids='asked', key='{name}') }}}}"
        for name in ("release", "subject", "body")
    }
    assert ask.skip_when_already_exists is True


def test_the_question_names_the_command_as_it_is_typed(
    asking: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    release(asking, 1, "ask", 1, reasons=PASSED)
    monkeypatch.setenv("HEADGATE_COMMAND", "./headgate compose")
    task: Any = promote_dags()["shop_promote"].get_task("asked")
    instance = Instance()
    task.execute(context(instance, version="1"))
    assert instance.pushed["body"].endswith("or `./headgate compose releases show shop 1`.")


def test_the_question_tells_what_the_release_log_holds(asking: Settings) -> None:
    release(asking, 1, "promote", 1)
    release(asking, 2, "ask", 2, reasons=PASSED, previous_champion=1)
    task: Any = promote_dags()["shop_promote"].get_task("asked")
    instance = Instance()
    task.execute(context(instance, version="2"))
    assert instance.pushed == {
        "release": 2,
        "subject": "Let version 2 of shop serve?",
        "body": "Version 1 serves. Version 2 shows model 2, with data up to 2024-01-01T06:00.\n\n"
        "- rows: 900 labelled rows, 100 needed\n\n"
        "More: [release 2](http://localhost:8080/headgate/releases/shop/2), "
        "or `./headgate releases show shop 2`.",
    }
    with pytest.raises(AirflowSkipException, match="Nobody is asked: the rules decided"):
        task.execute(context(Instance(), version="1"))


def test_what_is_asked_comes_from_the_runs_configuration_alone(asking: Settings) -> None:
    dag = approve_dags(doc="the runbook")["shop_approve"]
    assert [step.task_id for step in dag.topological_sort()] == ["approve", "approved", "answer"]
    assert (dag.schedule, dag.doc_md) == (None, "the runbook")
    approve: Any = dag.get_task("approve")
    assert approve.response_timeout == timedelta(hours=6)
    assert approve.defaults == ["Reject"]
    run = SimpleNamespace(conf={"release": "2", "subject": "Serve {{ x }}?", "body": "- rows: 900"})
    approve.render_template_fields({"dag_run": run})
    assert (approve.subject, approve.body) == ("Serve {{ x }}?", "- rows: 900")


@pytest.mark.parametrize(("chosen", "skipped"), [("Approve", []), ("Reject", ["approved"])])
def test_the_answer_is_recorded_whichever_it_is(
    asking: Settings, monkeypatch: pytest.MonkeyPatch, chosen: str, skipped: list[str]
) -> None:
    approve: Any = approve_dags()["shop_approve"].get_task("approve")
    found: list[str] = []
    monkeypatch.setattr(
        type(approve), "skip", lambda self, ti, tasks: found.extend(task.task_id for task in tasks)
    )
    event = {
        "chosen_options": [chosen],
        "params_input": {},
        "responded_at": datetime(2024, 1, 2, tzinfo=UTC),
        "responded_by_user": {"id": "1", "name": "anna"},
    }
    approve.execute_complete({"ti": Instance(), "task": approve}, event)
    assert found == skipped
    assert approve_dags()["shop_approve"].get_task("answer").trigger_rule == "none_failed"


@pytest.mark.parametrize(
    ("chosen", "who", "said"),
    [
        ("Approve", {"id": "1", "name": "anna"}, ["--approved", "yes", "--by", "anna"]),
        ("Reject", {"id": "1", "name": "anna"}, ["--approved", "no", "--by", "anna"]),
        ("Reject", None, ["--approved", "no", "--by", "nobody in time"]),
    ],
)
def test_an_answer_carries_the_release_and_who_gave_it(
    asking: Settings, monkeypatch: pytest.MonkeyPatch, chosen: str, who: object, said: list[str]
) -> None:
    task: Any = approve_dags()["shop_approve"].get_task("answer")
    ran: list[list[str]] = []
    monkeypatch.setattr(type(task), "run_job", lambda self, arguments: ran.append(list(arguments)))
    told = {"chosen_options": [chosen], "params_input": {}, "responded_by_user": who}
    task.execute(context(Instance(told), release="2"))
    assert ran == [["--pipeline", "shop", "--release", "2", *said]]
    assert task.pool == "headgate_shop"
