"""The DAG `<pipeline>_alerts`: look every quarter of an hour whether somebody is to be told something."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, Param

from headgate.airflow.names import alerts_dag_id
from headgate.airflow.operators.alert import AlertOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings

EVERY_QUARTER = "*/15 * * * *"


def alerts_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: one task that reads records and sends messages, a form to send a test message."""
    name = pipeline.pipeline
    with DAG(
        dag_id=alerts_dag_id(name),
        description=f"Tell of what goes wrong in {name}, once a cause",
        doc_md=doc,
        schedule=CronTriggerTimetable(EVERY_QUARTER, timezone="UTC"),
        catchup=False,
        max_active_runs=1,
        params={
            "test": Param(False, type="boolean", description="Send a test message to everybody who is told")
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        AlertOperator(task_id="tell", settings=settings, pipeline=name)
    return dag
