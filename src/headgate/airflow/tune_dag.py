"""The DAG `<pipeline>_tune`: search for a better recipe within a budget, and hand the winner on."""

from __future__ import annotations

from airflow.sdk import DAG, Param, chain

from headgate.airflow.learning_tasks import ATTEMPT, candidate_tasks, fit_on_cluster
from headgate.airflow.names import run_attempt, tune_dag_id
from headgate.airflow.on_engine import on_engine
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import LONGEST_TUNING, TUNING_BUDGET
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def tune_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, a form with the budget, one search at a time."""
    name = pipeline.pipeline
    with DAG(
        dag_id=tune_dag_id(name),
        description=f"Search for a better recipe for {name}",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "budget": Param(
                TUNING_BUDGET,
                type="integer",
                minimum=1,
                maximum=LONGEST_TUNING,
                description="Seconds to search for",
            ),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
        user_defined_macros={"run_attempt": run_attempt},
    ) as dag:
        arguments = ["--pipeline", name, "--attempt", ATTEMPT]
        tune = fit_on_cluster(
            settings, "tune", tune_dag_id(name), [*arguments, "--budget", "{{ params.budget }}"]
        )
        show = ConnectJobOperator(
            task_id="show_tuning",
            application=str(settings.jobs / "show_tuning.py"),
            arguments=arguments,
            tracking=settings.mlflow_connection,
            **on_engine(settings, name, "model"),
        )
        chain(tune, show, *candidate_tasks(settings, name))
    return dag
