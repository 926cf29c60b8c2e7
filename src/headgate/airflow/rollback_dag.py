"""The DAG `<pipeline>_rollback`: go back to an earlier release."""

from __future__ import annotations

from airflow.sdk import DAG, Param

from headgate.airflow.names import rollback_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.rollback import RollbackOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def rollback_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, a form, one run per rollback; who may trigger it may go back."""
    name = pipeline.pipeline
    with DAG(
        dag_id=rollback_dag_id(name),
        description=f"Go back to an earlier release of {name}",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "release": Param(
                type="integer", minimum=1, description="The number of the release to go back to"
            ),
            "tables": Param(
                False, type="boolean", description="Silver and gold too: what was published with that release"
            ),
            "why": Param(type="string", minLength=1, description="The reason, which goes on record"),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        RollbackOperator(
            task_id="roll_back",
            application=str(settings.jobs / "rollback.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            **in_turn_on_engine(settings, name, "rollback"),
        )
    return dag
