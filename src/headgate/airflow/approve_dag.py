"""The DAG `<pipeline>_approve`: ask whether one candidate is to serve, and record the answer."""

from __future__ import annotations

from airflow.sdk import DAG

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.names import approve_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.answer import APPROVE_TASK, AnswerOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def approve_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, one run per candidate that is asked about.

    What is asked comes from the run's configuration alone, which nobody changes, so it is true whenever the
    task is cleared: `release` (that asks), `subject`, `body`.
    """
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    name = pipeline.pipeline
    with DAG(
        dag_id=approve_dag_id(name),
        description=f"Ask whether a candidate of {name} is to serve",
        doc_md=doc,
        schedule=None,
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        approve = ApprovalOperator(
            task_id=APPROVE_TASK,
            subject="{{ dag_run.conf['subject'] }}",
            body="{{ dag_run.conf['body'] }}",
            defaults=ApprovalOperator.REJECT,
            response_timeout=pipeline.promotes_by.answer_within,
        )
        approved = EmptyOperator(task_id="approved")  # skipped after a no, so that the answer itself is not
        record = AnswerOperator(
            task_id="answer",
            application=str(settings.jobs / "answer.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            trigger_rule="none_failed",
            on_success_callback=list(notifiers(settings, pipeline)),
            **in_turn_on_engine(settings, name, "answer"),
        )
        approve >> approved >> record
    return dag
