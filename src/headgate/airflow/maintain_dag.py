"""The DAG `<pipeline>_maintain`: once a day, few files instead of many, and nothing that nobody needs."""

from __future__ import annotations

from airflow.sdk import DAG, CronTriggerTimetable, Param

from headgate.airflow.names import maintain_dag_id, pipeline_dag_ids, pool_name
from headgate.airflow.on_engine import session_record
from headgate.airflow.operators.clean_runs import CleanRunsOperator
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import MAINTAIN_TIMEOUT
from headgate.spec.duration import format_duration
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings

DAILY = "30 3 * * *"
KEPT = {
    "keep_versions": "How long replaced versions of tables stay readable",
    "keep_staging": "How long attempts are kept, except those of open publishes and closed gates",
    "keep_reports": "How long validation reports are kept, except those of closed gates",
    "keep_runs": "How long Airflow keeps the runs of this pipeline's DAGs: a day at least",
}
"""The settings that a run's form may overrule."""


def maintain_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: tables, staging and reports in one task of the pool, then Airflow's own database."""
    name = pipeline.pipeline
    with DAG(
        dag_id=maintain_dag_id(name),
        description=f"Compact the tables of {name} and remove what nobody needs",
        doc_md=doc,
        schedule=CronTriggerTimetable(DAILY, timezone="UTC"),  # without start date: not at once, when new
        catchup=False,
        max_active_runs=1,
        params={
            setting: Param(
                format_duration(getattr(settings, setting)), type="string", pattern=r"^\d+[mhd]$", title=title
            )
            for setting, title in KEPT.items()
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        tables = ConnectJobOperator(
            task_id="tables",
            application=str(settings.jobs / "maintain.py"),
            arguments=[
                *("--pipeline", name, "--versions", "{{ params.keep_versions }}"),
                *("--staging", "{{ params.keep_staging }}", "--reports", "{{ params.keep_reports }}"),
            ],
            engine=settings.engine_connection,
            session_record=session_record(settings, name, "maintain"),
            execution_timeout=MAINTAIN_TIMEOUT,
            pool=pool_name(name),
        )
        runs = CleanRunsOperator(
            task_id="runs",
            database=settings.airflow_database_connection,
            dag_ids=pipeline_dag_ids(name),
            keep="{{ params.keep_runs }}",
            execution_timeout=MAINTAIN_TIMEOUT,
        )
        tables >> runs
    return dag
