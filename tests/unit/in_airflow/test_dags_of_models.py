"""The DAGs by which models are learned, searched for, and learn without what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError

from headgate.airflow import (
    forget_dags,
    learn_dags,
    tune_dags,
)
from headgate.spec.settings import Settings
from tests.unit.in_airflow.dag_tasks import in_order, task


def test_forgetting_waits_for_hours_and_learning_and_lets_the_next_model_be_learned(
    pipelines: Settings,
) -> None:
    dags = forget_dags(doc="the runbook")
    assert in_order(dags["shop_forget"]) == ["wait_until_quiet", "wait_for_learning", "forget"]
    assert in_order(dags["orders_forget"]) == ["wait_until_quiet", "forget"]
    assert task(dags, "shop_forget", "wait_until_quiet").upstream_dag_id == "shop_hourly"
    assert task(dags, "shop_forget", "wait_for_learning").upstream_dag_id == "shop_learn"
    forget = task(dags, "shop_forget", "forget")
    assert forget.application.endswith("/spark_jobs/forget.py")
    assert [asset.uri for asset in forget.outlets] == ["headgate://shop/gold"]
    assert forget.execution_timeout == timedelta(hours=4)
    parameters: Any = dags["shop_forget"].params
    assert parameters.get_param("table").schema["enum"] == ["orders"]
    for key in ([], ["order_id"]):
        with pytest.raises(ParamValidationError):
            parameters.get_param("secret_key").resolve(key)


def test_learning_waits_fits_records_evaluates_and_hands_over(pipelines: Settings) -> None:
    dags = learn_dags()
    learn = dags["shop_learn"]
    assert in_order(learn.partial_subset("promote", include_upstream=True)) == [
        "wait_until_quiet",
        "reconcile",
        "learn",
        "changed",
        "record",
        "evaluate",
        "promote",
    ]
    assert task(dags, "shop_learn", "look_back").upstream_task_ids == {"wait_until_quiet"}
    assert task(dags, "shop_learn", "wait_until_quiet").upstream_dag_id == "shop_hourly"
    assert task(dags, "shop_learn", "wait_until_quiet").mode == "reschedule"
    promote = task(dags, "shop_learn", "promote")
    assert promote.trigger_dag_id == "shop_promote"
    assert promote.trigger_run_id == "promote__{{ ti.xcom_pull(task_ids='evaluate', key='version') }}"
    assert promote.skip_when_already_exists is True
    assert promote.wait_for_completion is False


def test_the_learning_dag_looks_at_the_trial_beside_learning(pipelines: Settings) -> None:
    dags = learn_dags()
    assert in_order(dags["shop_learn"].partial_subset("decide_trial", include_upstream=True)) == [
        "wait_until_quiet",
        "reconcile",
        "look",
        "decide_trial",
    ]
    look = task(dags, "shop_learn", "look")
    assert look.application.endswith("/spark_jobs/look.py")
    assert look.arguments == ["--pipeline", "shop", "--found", look.found]
    decide = task(dags, "shop_learn", "decide_trial")
    assert decide.trigger_dag_id == "shop_promote"
    assert decide.trigger_run_id == (
        "promote__{{ ti.xcom_pull(task_ids='look', key='version') }}"
        "__trial_{{ ti.xcom_pull(task_ids='look', key='trial') }}"
    )
    assert decide.conf == {"version": "{{ ti.xcom_pull(task_ids='look', key='version') }}"}
    assert decide.skip_when_already_exists is True


def test_a_search_shows_its_trials_and_records_the_winner(pipelines: Settings) -> None:
    dags = tune_dags()
    assert in_order(dags["shop_tune"]) == [
        *("tune", "show_tuning", "changed", "record", "evaluate", "promote")
    ]
    assert task(dags, "shop_tune", "tune").application_args == [
        "--pipeline",
        "shop",
        "--attempt",
        "{{ run_attempt(dag.dag_id, run_id) }}",
        "--budget",
        "{{ params.budget }}",
    ]
    assert dags["shop_tune"].params["budget"] == 900
    assert dags["shop_tune"].params.get_param("budget").schema == {
        "type": "integer",
        "minimum": 1,
        "maximum": 10800,
    }


def test_learning_is_submitted_with_delta_and_this_python(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_JARS", "/jars")
    learn = task(learn_dags(), "shop_learn", "learn")
    assert learn.application_args == [
        "--pipeline",
        "shop",
        "--attempt",
        "{{ run_attempt(dag.dag_id, run_id) }}",
    ]
    assert learn.conf == {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.databricks.delta.vacuum.enforceTimeTravelWithinDeletedFileRetentionDuration": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "WARN",
        "spark.ui.enabled": "false",
        "spark.jars": "/jars/*.jar",
    }
    assert sorted(learn.env_vars) == ["PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON", "SPARK_HOME"]
