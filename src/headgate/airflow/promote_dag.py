"""The DAG `<pipeline>_promote`: decide on one candidate."""

from __future__ import annotations

from airflow.sdk import DAG, Param

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.names import promote_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.promote import PromoteOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def promote_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, one run per candidate, which the run's configuration names as `version`."""
    name = pipeline.pipeline
    with DAG(
        dag_id=promote_dag_id(name),
        description=f"Decide whether a candidate of {name} becomes champion",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "version": Param(
                type=["integer", "string"],
                minimum=1,
                pattern="^[1-9][0-9]*$",
                description=f"The registered version of the model {name} in MLflow",
            )
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        PromoteOperator(
            task_id="promote",
            application=str(settings.jobs / "promote.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            on_success_callback=list(notifiers(settings, pipeline)),
            **in_turn_on_engine(settings, name, "promote"),
        )
    return dag
