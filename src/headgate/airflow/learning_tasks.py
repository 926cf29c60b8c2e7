"""The tasks of DAGs in which a model is fitted: the fit on Spark, and what becomes of a candidate."""

from __future__ import annotations

from collections.abc import Sequence

from airflow.sdk import BaseOperator

from headgate.airflow.cluster import (
    DRIVER_MEMORY,
    cluster_configuration,
    cluster_environment,
    spark_submit,
)
from headgate.airflow.names import promote_dag_id
from headgate.airflow.on_engine import in_turn_on_engine, on_engine
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.evaluate import VERSION_KEY, EvaluateOperator
from headgate.airflow.operators.skip_unchanged import SkipUnchangedOperator
from headgate.airflow.timing import LEARN_TIMEOUT
from headgate.spec.settings import Settings

ATTEMPT = "{{ run_attempt(dag.dag_id, run_id) }}"
"""The attempt of a run, in templates of a DAG with the macro `run_attempt`."""


def fit_on_cluster(settings: Settings, task_id: str, name: str, arguments: Sequence[str]) -> BaseOperator:
    """Run spark_jobs/`task_id`.py under spark-submit; `name` is what the cluster calls it."""
    from headgate.airflow.operators.learn import LearnOperator

    return LearnOperator(
        task_id=task_id,
        name=name,
        application=str(settings.jobs / f"{task_id}.py"),
        application_args=list(arguments),
        conn_id=settings.cluster_connection,
        conf=cluster_configuration(),
        env_vars=cluster_environment(),
        spark_binary=spark_submit(),
        driver_memory=DRIVER_MEMORY,
        durable=False,
        execution_timeout=LEARN_TIMEOUT,
    )


def candidate_tasks(settings: Settings, pipeline: str) -> list[BaseOperator]:
    """Of the attempt's candidate, in turn: is there one, record it, show it in MLflow, have it decided."""
    arguments = ["--pipeline", pipeline, "--attempt", ATTEMPT]
    folder = str(settings.staging / pipeline / "model")
    changed = SkipUnchangedOperator(task_id="changed", folder=folder, attempt=ATTEMPT)
    record = ConnectJobOperator(
        task_id="record",
        application=str(settings.jobs / "record.py"),
        arguments=arguments,
        **in_turn_on_engine(settings, pipeline, "model"),
    )
    evaluate = EvaluateOperator(
        task_id="evaluate",
        application=str(settings.jobs / "evaluate.py"),
        arguments=arguments,
        tracking=settings.mlflow_connection,
        pipeline=pipeline,
        folder=folder,
        attempt=ATTEMPT,
        **on_engine(settings, pipeline, "model"),
    )
    version = f"{{{{ ti.xcom_pull(task_ids='evaluate', key='{VERSION_KEY}') }}}}"
    return [changed, record, evaluate, promotion_of(pipeline, "promote", version, f"promote__{version}")]


def promotion_of(pipeline: str, task_id: str, version: str, run_id: str) -> BaseOperator:
    """The task that has a version decided: one run of the promotion a `run_id`."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

    return TriggerDagRunOperator(
        task_id=task_id,
        trigger_dag_id=promote_dag_id(pipeline),
        trigger_run_id=run_id,
        conf={"version": version},
        skip_when_already_exists=True,
    )
