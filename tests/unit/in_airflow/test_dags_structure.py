"""The DAGs of a pipeline: which there are, their tasks, and what Airflow is told about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import CronDataIntervalTimetable
from airflow.serialization.serialized_objects import DagSerialization

from headgate.airflow import (
    challenge_dags,
    forget_dags,
    gate_dags,
    hourly_dags,
    learn_dags,
    maintain_dags,
    pipeline_dags,
    promote_dags,
    quarantine_dags,
    replay_dags,
    rollback_dags,
    tune_dags,
)
from headgate.spec.settings import REPOSITORY, Settings
from tests.unit.in_airflow.dag_tasks import in_order, task

ALL = [
    *("orders_forget", "orders_gate", "orders_hourly", "orders_maintain", "orders_quarantine"),
    *("orders_replay", "shop_challenge", "shop_forget", "shop_gate", "shop_hourly", "shop_learn"),
    *("shop_maintain", "shop_promote", "shop_quarantine", "shop_replay", "shop_rollback", "shop_tune"),
]
HOPS = [
    "bronze.stage",
    "bronze.gate",
    "bronze.publish",
    "silver.stage",
    "silver.gate",
    "silver.publish",
    "gold.stage",
    "gold.gate",
    "gold.publish",
]
SCORES = ["scores.stage", "scores.gate", "scores.publish"]


def test_a_pipeline_without_a_model_has_no_dag_to_learn_or_to_promote(pipelines: Settings) -> None:
    assert sorted(pipeline_dags()) == ALL
    assert sorted(hourly_dags()) == ["orders_hourly", "shop_hourly"]
    assert sorted(gate_dags()) == ["orders_gate", "shop_gate"]
    assert sorted(replay_dags()) == ["orders_replay", "shop_replay"]
    assert sorted(learn_dags()) == ["shop_learn"]
    assert sorted(promote_dags()) == ["shop_promote"]
    assert sorted(challenge_dags()) == ["shop_challenge"]
    assert sorted(quarantine_dags()) == ["orders_quarantine", "shop_quarantine"]
    assert sorted(maintain_dags()) == ["orders_maintain", "shop_maintain"]
    assert sorted(rollback_dags()) == ["shop_rollback"]
    assert sorted(forget_dags()) == ["orders_forget", "shop_forget"]
    assert sorted(tune_dags()) == ["shop_tune"]


def test_folders_can_be_named_by_the_dag_file(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADGATE_PIPELINES")
    monkeypatch.delenv("HEADGATE_EXPECTATIONS")
    assert sorted(pipeline_dags(pipelines.pipelines)) == ALL


def test_an_hour_goes_through_stage_gate_publish_of_every_hop(pipelines: Settings) -> None:
    dags = hourly_dags()
    assert in_order(dags["shop_hourly"]) == HOPS + SCORES
    assert in_order(dags["orders_hourly"]) == HOPS[:6]


def test_the_hourly_dag_runs_once_an_hour_between_start_and_end(pipelines: Settings) -> None:
    dag = hourly_dags()["orders_hourly"]
    assert dag.timetable == CronDataIntervalTimetable("0 * * * *", timezone="UTC")
    assert dag.start_date == datetime(2024, 1, 1, tzinfo=UTC)
    assert dag.end_date == datetime(2024, 1, 2, 23, tzinfo=UTC)
    assert dag.catchup is False
    assert dag.max_active_runs == 1
    assert hourly_dags()["shop_hourly"].end_date is None


def test_tags_owner_description_and_runbook_come_from_the_spec_and_the_file(pipelines: Settings) -> None:
    dag = hourly_dags(doc="the runbook")["shop_hourly"]
    assert dag.tags == {"headgate", "shop"}
    assert dag.owner == "the shop's team"
    assert dag.description == "Which orders will be late?"
    assert dag.doc_md == "the runbook"


def test_whatever_commits_to_the_lake_waits_for_the_pipelines_pool(pipelines: Settings) -> None:
    pools = {(dag.dag_id, step.task_id): step.pool for dag in pipeline_dags().values() for step in dag.tasks}
    in_pool = sorted(
        where for where, pool in pools.items() if pool == f"headgate_{where[0].partition('_')[0]}"
    )
    assert in_pool == sorted(
        [
            *(("shop_hourly", task_id) for task_id in HOPS + SCORES),
            *(("orders_hourly", task_id) for task_id in HOPS[:6]),
            *(("shop_replay", task_id) for task_id in ("restamp", *HOPS[3:])),
            *(("orders_replay", task_id) for task_id in ("restamp", *HOPS[3:6])),
            ("orders_gate", "decide"),
            ("shop_gate", "decide"),
            ("shop_learn", "look_back"),
            ("shop_learn", "record"),
            ("shop_learn", "reconcile"),
            ("shop_promote", "promote"),
            ("shop_challenge", "challenge"),
            ("shop_quarantine", "request"),
            ("orders_quarantine", "request"),
            ("orders_maintain", "tables"),
            ("shop_maintain", "tables"),
            ("shop_rollback", "roll_back"),
            ("orders_forget", "forget"),
            ("shop_forget", "forget"),
            ("shop_tune", "record"),
        ]
    )
    assert {pool for where, pool in pools.items() if where not in in_pool} == {"default_pool"}


def test_tasks_retry_twice_and_waiting_costs_no_retry(pipelines: Settings) -> None:
    retries = {
        (dag.dag_id, step.task_id): step.retries for dag in pipeline_dags().values() for step in dag.tasks
    }
    assert retries.pop(("shop_learn", "wait_until_quiet")) == 10
    for dag in ("shop_replay", "orders_replay", "shop_forget", "orders_forget"):
        assert retries.pop((dag, "wait_until_quiet")) == 10
    assert retries.pop(("shop_forget", "wait_for_learning")) == 10
    assert [retries.pop((dag, "bronze.stage")) for dag in ("shop_hourly", "orders_hourly")] == [10, 10]
    assert set(retries.values()) == {2}


def test_a_run_that_began_goes_before_one_that_did_not(pipelines: Settings) -> None:
    dag: Any = DagSerialization.from_dict(DagSerialization.to_dict(hourly_dags()["shop_hourly"]))
    steps = [dag.get_task(name) for name in HOPS + SCORES]
    weights = [step.weight_rule.get_weight(SimpleNamespace(task=step)) for step in steps]
    assert weights == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_hop_tasks_have_an_hour_each(pipelines: Settings) -> None:
    for step in hourly_dags()["shop_hourly"].tasks:
        assert step.execution_timeout == timedelta(hours=1)


def test_the_attempt_that_stage_names_is_judged_and_published(pipelines: Settings) -> None:
    dags = hourly_dags()
    attempt = "{{ ti.xcom_pull(task_ids='silver.stage', key='attempt') }}"
    assert task(dags, "shop_hourly", "silver.stage").arguments == ["--pipeline", "shop", "--hop", "silver"]
    for step in ("gate", "publish"):
        found = task(dags, "shop_hourly", f"silver.{step}")
        assert found.application.endswith(f"/spark_jobs/{step}.py")
        assert found.arguments == ["--pipeline", "shop", "--hop", "silver", "--attempt", attempt]


def test_the_scores_are_staged_by_a_job_of_their_own(pipelines: Settings) -> None:
    dags = hourly_dags()
    stage = task(dags, "shop_hourly", "scores.stage")
    assert stage.application.endswith("/spark_jobs/score.py")
    assert stage.arguments == ["--pipeline", "shop"]
    assert task(dags, "shop_hourly", "scores.publish").arguments[2:4] == ["--hop", "scores"]
    assert "scores.stage" not in dags["orders_hourly"].task_ids


def test_only_the_first_task_sees_to_the_runs_turn(pipelines: Settings) -> None:
    dags = hourly_dags()
    hops = ("bronze", "silver", "gold", "scores")
    assert [task(dags, "shop_hourly", f"{hop}.stage").opens_run for hop in hops] == [
        True,
        False,
        False,
        False,
    ]


def test_the_grace_of_an_hour_is_the_longest_of_its_feeds(pipelines: Settings) -> None:
    spec = pipelines.pipelines / "orders" / "pipeline.yaml"
    spec.write_text(spec.read_text().replace("key: [order_id]", "key: [order_id], grace: 15m"))
    dags = hourly_dags()
    found = [task(dags, f"{name}_hourly", "bronze.stage").grace for name in ("orders", "shop")]
    assert found == [timedelta(minutes=15), timedelta(0)]


def test_the_publish_of_the_last_layer_announces_the_hour_and_learning_listens(pipelines: Settings) -> None:
    hourly = hourly_dags()
    announcing = {
        step.task_id: [asset.uri for asset in step.outlets]
        for step in hourly["shop_hourly"].tasks
        if step.outlets
    }
    assert announcing == {"gold.publish": ["headgate://shop/gold"]}
    assert [asset.uri for asset in task(hourly, "orders_hourly", "silver.publish").outlets] == [
        "headgate://orders/silver"
    ]
    learn = learn_dags()["shop_learn"]
    condition: Any = learn.timetable
    assert [asset.uri for asset in condition.asset_condition.objects] == ["headgate://shop/gold"]
    assert learn.max_active_runs == 1


def test_a_replay_waits_and_takes_every_hop_after_bronze(pipelines: Settings) -> None:
    dags = replay_dags(doc="the runbook")
    assert in_order(dags["shop_replay"]) == ["wait_until_quiet", "restamp", *HOPS[3:]]
    assert in_order(dags["orders_replay"]) == ["wait_until_quiet", "restamp", *HOPS[3:6]]
    wait = task(dags, "shop_replay", "wait_until_quiet")
    assert (wait.upstream_dag_id, wait.mode) == ("shop_hourly", "reschedule")
    stage = task(dags, "shop_replay", "gold.stage")
    assert stage.application.endswith("/spark_jobs/replay.py")
    assert stage.trigger_rule == "none_failed"
    assert [asset.uri for asset in task(dags, "shop_replay", "gold.publish").outlets] == [
        "headgate://shop/gold"
    ]
    dag = dags["shop_replay"]
    assert (dag.schedule, dag.max_active_runs, dag.doc_md) == (None, 1, "the runbook")
    parameters: Any = dag.params
    assert parameters.get_param("layer").schema["enum"] == ["bronze", "silver"]
    assert parameters["layer"] == "bronze"


def test_maintenance_takes_its_turn_daily_and_a_form_says_how_long_things_are_kept(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_KEEP_VERSIONS", "36h")
    dags = maintain_dags()
    dag = dags["shop_maintain"]
    assert in_order(dag) == ["tables", "runs"]
    assert (dag.catchup, dag.max_active_runs, dag.start_date) == (False, 1, None)
    assert {name: dag.params[name] for name in dag.params} == {
        "keep_versions": "36h",
        "keep_staging": "7d",
        "keep_reports": "90d",
        "keep_runs": "90d",
    }
    tables = task(dags, "shop_maintain", "tables")
    assert tables.pool == "headgate_shop"
    assert tables.application.endswith("/spark_jobs/maintain.py")
    assert tables.arguments == [
        *("--pipeline", "shop", "--versions", "{{ params.keep_versions }}"),
        *("--staging", "{{ params.keep_staging }}", "--reports", "{{ params.keep_reports }}"),
    ]
    assert task(dags, "shop_maintain", "runs").dag_ids == [
        *("shop_hourly", "shop_learn", "shop_promote", "shop_approve", "shop_challenge", "shop_tune"),
        *("shop_gate", "shop_replay", "shop_maintain", "shop_quarantine", "shop_rollback", "shop_alerts"),
        "shop_forget",
    ]


def test_every_dag_survives_serialisation(pipelines: Settings) -> None:
    for dag in pipeline_dags().values():
        again = DagSerialization.from_dict(DagSerialization.to_dict(dag))
        assert again.dag_id == dag.dag_id
        assert sorted(again.task_ids) == sorted(dag.task_ids)


def test_a_broken_pipeline_is_an_import_error_and_harms_no_other(pipelines: Settings) -> None:
    bag = DagBag(REPOSITORY / "dags", safe_mode=True)
    assert sorted(bag.dags) == ALL
    (file,) = bag.import_errors
    assert file.endswith("dags/broken_pipelines.py")
    assert "pipelines/broken/pipeline.yaml:1: unknown key 'pipelin'" in bag.import_errors[file]
    assert "did you mean 'pipeline'?" in bag.import_errors[file]
    for dag in bag.dags.values():
        assert "When" in (dag.doc_md or ""), f"{dag.dag_id} has no runbook"


def test_sound_pipelines_leave_no_import_error(pipelines: Settings) -> None:
    (pipelines.pipelines / "broken" / "pipeline.yaml").unlink()
    bag = DagBag(REPOSITORY / "dags", safe_mode=True)
    assert sorted(bag.dags) == ALL
    assert bag.import_errors == {}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("shop_hourly", {"hourly": ["shop_hourly"], "learn": []}),
        ("shop_learn", {"hourly": [], "learn": ["shop_learn"]}),
        ("somebody_elses", {"hourly": [], "learn": []}),
    ],
)
def test_a_worker_builds_only_the_dag_that_it_runs(
    pipelines: Settings, wanted: str, expected: dict[str, list[str]]
) -> None:
    from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, wanted)
        assert list(hourly_dags()) == expected["hourly"]
        assert list(learn_dags()) == expected["learn"]
