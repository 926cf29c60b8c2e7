"""The DAG `<pipeline>_learn`: fit a candidate on what is new, record and evaluate it, hand it on."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, chain

from headgate.airflow.learning_tasks import ATTEMPT, candidate_tasks, fit_on_cluster, on_engine_for_models
from headgate.airflow.names import (
    asset_uri,
    hourly_dag_id,
    learn_dag_id,
    pool_name,
    promote_dag_id,
    run_attempt,
)
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.evaluate import VERSION_KEY
from headgate.airflow.operators.wait_until_quiet import WAIT_TASK, WaitUntilQuietOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import WAITING_RETRIES
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def learn_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: started by the gold asset, one run at a time, each under an attempt of its own."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

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
        on_engine = on_engine_for_models(settings, name)
        wait = WaitUntilQuietOperator(
            task_id=WAIT_TASK, upstream_dag_id=hourly_dag_id(name), retries=WAITING_RETRIES
        )
        reconcile = ConnectJobOperator(
            task_id="reconcile",
            application=str(settings.jobs / "reconcile.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            pool=pool_name(name),
            **on_engine,
        )
        learn = fit_on_cluster(
            settings, "learn", learn_dag_id(name), ["--pipeline", name, "--attempt", ATTEMPT]
        )
        changed, record, evaluate = candidate_tasks(settings, name)
        version = f"{{{{ ti.xcom_pull(task_ids='evaluate', key='{VERSION_KEY}') }}}}"
        promote = TriggerDagRunOperator(
            task_id="promote",
            trigger_dag_id=promote_dag_id(name),
            trigger_run_id=f"promote__{version}",
            conf={"version": version},
            skip_when_already_exists=True,
        )
        chain(wait, reconcile, learn, changed, record, evaluate, promote)
    return dag
