"""The DAG `<pipeline>_hourly`: one hour through every hop."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, chain

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.hop_task_group import hop_task_group
from headgate.airflow.names import asset_uri, hourly_dag_id
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def hourly_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG, keyed on the start of the hour; the publish of the last layer announces the asset."""
    name, hops, schedule = pipeline.pipeline, pipeline.hops, pipeline.schedule
    with DAG(
        dag_id=hourly_dag_id(name),
        description=pipeline.description or f"One hour of {name}, through every gate",
        doc_md=doc,
        schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
        start_date=schedule.start,
        end_date=schedule.end - timedelta(hours=1) if schedule.end else None,
        catchup=False,
        max_active_runs=1,
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        announced = Asset(uri=asset_uri(name, hops[-1]), name=f"{name}.{hops[-1]}")
        chain(
            *(
                hop_task_group(
                    settings,
                    name,
                    hop,
                    opens_run=hop == hops[0],
                    grace=pipeline.grace,
                    outlets=[announced] if hop == hops[-1] else [],
                    when_closed=notifiers(settings, pipeline),
                )
                for hop in pipeline.steps
            )
        )
    return dag
