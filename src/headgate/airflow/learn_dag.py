"""The DAG `<pipeline>_learn`: fit a candidate on what is new, record and evaluate it, hand it on."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, chain

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.learning_tasks import ATTEMPT, candidate_tasks, fit_on_cluster, promotion_of
from headgate.airflow.names import asset_uri, hourly_dag_id, learn_dag_id, run_attempt
from headgate.airflow.on_engine import in_turn_on_engine, on_engine
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.evaluate import VERSION_KEY
from headgate.airflow.operators.look import TRIAL_KEY, LookOperator
from headgate.airflow.operators.wait_until_quiet import WAIT_TASK, WaitUntilQuietOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import WAITING_RETRIES
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def learn_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: started by the gold asset, one run at a time, each under an attempt of its own."""
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
        learn = fit_on_cluster(
            settings, "learn", learn_dag_id(name), ["--pipeline", name, "--attempt", ATTEMPT]
        )
        found = str(settings.staging / name / "trial" / ATTEMPT / "look.json")
        look = LookOperator(
            task_id="look",
            application=str(settings.jobs / "look.py"),
            arguments=["--pipeline", name, "--found", found],
            found=found,
            tracking=settings.mlflow_connection,
            **on_engine(settings, name, "trial"),
        )
        trial, on_trial = (
            f"{{{{ ti.xcom_pull(task_ids='look', key='{key}') }}}}" for key in (TRIAL_KEY, VERSION_KEY)
        )
        decide = promotion_of(name, "decide_trial", on_trial, f"promote__{on_trial}__trial_{trial}")
        look_back = ConnectJobOperator(
            task_id="look_back",
            application=str(settings.jobs / "look_back.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            on_success_callback=list(notifiers(settings, pipeline)),
            **in_turn_on_engine(settings, name, "look_back"),
        )
        chain(wait, reconcile, learn, *candidate_tasks(settings, name))
        chain(wait, look_back)
        chain(reconcile, look, decide)
    return dag
