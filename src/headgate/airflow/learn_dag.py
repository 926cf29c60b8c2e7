"""The DAG `<pipeline>_learn`: fit a candidate on what is new, record and evaluate it, hand it on."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG, Asset, BaseOperator, chain

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.cluster import (
    DRIVER_MEMORY,
    cluster_configuration,
    cluster_environment,
    spark_submit,
)
from headgate.airflow.names import (
    asset_uri,
    hourly_dag_id,
    learn_dag_id,
    promote_dag_id,
    run_attempt,
)
from headgate.airflow.on_engine import in_turn_on_engine, session_record
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.evaluate import VERSION_KEY, EvaluateOperator
from headgate.airflow.operators.look import TRIAL_KEY, LookOperator
from headgate.airflow.operators.skip_unchanged import SkipUnchangedOperator
from headgate.airflow.operators.wait_until_quiet import WAIT_TASK, WaitUntilQuietOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import HOP_TIMEOUT, LEARN_TIMEOUT, WAITING_RETRIES
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def learn_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: started by the gold asset, one run at a time, each under an attempt of its own."""
    from headgate.airflow.operators.learn import LearnOperator

    name = pipeline.pipeline
    with DAG(
        dag_id=learn_dag_id(name),
        description=f"Learn from what is new in {name}",
        doc_md=doc,
        schedule=[Asset(uri=asset_uri(name, "gold"), name=f"{name}.gold")],
        max_active_runs=1,
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
        user_defined_macros={"run_attempt": run_attempt},
    ) as dag:
        attempt = "{{ run_attempt(dag.dag_id, run_id) }}"
        arguments = ["--pipeline", name, "--attempt", attempt]
        on_engine: dict[str, Any] = {
            "engine": settings.engine_connection,
            "session_record": session_record(settings, name, "model"),
            "execution_timeout": HOP_TIMEOUT,
        }
        wait = WaitUntilQuietOperator(
            task_id=WAIT_TASK, upstream_dag_id=hourly_dag_id(name), retries=WAITING_RETRIES
        )
        reconcile = ConnectJobOperator(
            task_id="reconcile",
            application=str(settings.jobs / "reconcile.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            **in_turn_on_engine(settings, name, "model"),
        )
        learn = LearnOperator(
            task_id="learn",
            name=learn_dag_id(name),
            application=str(settings.jobs / "learn.py"),
            application_args=list(arguments),
            conn_id=settings.cluster_connection,
            conf=cluster_configuration(),
            env_vars=cluster_environment(),
            spark_binary=spark_submit(),
            driver_memory=DRIVER_MEMORY,
            durable=False,
            execution_timeout=LEARN_TIMEOUT,
        )
        changed = SkipUnchangedOperator(
            task_id="changed", folder=str(settings.staging / name / "model"), attempt=attempt
        )
        record = ConnectJobOperator(
            task_id="record",
            application=str(settings.jobs / "record.py"),
            arguments=arguments,
            **in_turn_on_engine(settings, name, "model"),
        )
        evaluate = EvaluateOperator(
            task_id="evaluate",
            application=str(settings.jobs / "evaluate.py"),
            arguments=arguments,
            tracking=settings.mlflow_connection,
            pipeline=name,
            folder=str(settings.staging / name / "model"),
            attempt=attempt,
            **on_engine,
        )
        found = str(settings.staging / name / "trial" / attempt / "look.json")
        look = LookOperator(
            task_id="look",
            application=str(settings.jobs / "look.py"),
            arguments=["--pipeline", name, "--found", found],
            found=found,
            tracking=settings.mlflow_connection,
            **{**on_engine, "session_record": session_record(settings, name, "trial")},
        )
        trial, on_trial = (
            f"{{{{ ti.xcom_pull(task_ids='look', key='{key}') }}}}" for key in (TRIAL_KEY, VERSION_KEY)
        )
        decide = _promotion(name, "decide_trial", on_trial, f"promote__{on_trial}__trial_{trial}")
        version = f"{{{{ ti.xcom_pull(task_ids='evaluate', key='{VERSION_KEY}') }}}}"
        promote = _promotion(name, "promote", version, f"promote__{version}")
        look_back = ConnectJobOperator(
            task_id="look_back",
            application=str(settings.jobs / "look_back.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            on_success_callback=list(notifiers(settings, pipeline)),
            **in_turn_on_engine(settings, name, "look_back"),
        )
        chain(wait, reconcile, learn, changed, record, evaluate, promote)
        chain(wait, look_back)
        chain(reconcile, look, decide)
    return dag


def _promotion(pipeline: str, task_id: str, version: str, run_id: str) -> BaseOperator:
    """The task that has a version decided: one run of the promotion a `run_id`."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

    return TriggerDagRunOperator(
        task_id=task_id,
        trigger_dag_id=promote_dag_id(pipeline),
        trigger_run_id=run_id,
        conf={"version": version},
        skip_when_already_exists=True,
    )
