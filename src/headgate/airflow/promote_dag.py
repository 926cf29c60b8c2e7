"""The DAG `<pipeline>_promote`: decide on one candidate."""

from __future__ import annotations

from airflow.sdk import DAG, BaseOperator, Param, chain

from headgate.airflow.alerts.notifier import notifiers
from headgate.airflow.names import approve_dag_id, approve_run_id, promote_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.asked import QUESTION, AskedOperator
from headgate.airflow.operators.promote import PromoteOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def asks(pipeline: Pipeline) -> bool:
    """Whether somebody is asked about any of the pipeline's candidates."""
    return pipeline.promotion is not None and bool(pipeline.promotion.ask)


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
        promote = PromoteOperator(
            task_id="promote",
            application=str(settings.jobs / "promote.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            on_success_callback=list(notifiers(settings, pipeline)),
            **in_turn_on_engine(settings, name, "promote"),
        )
        if asks(pipeline):
            _ask(name, promote)
    return dag


def _ask(pipeline: str, promote: BaseOperator) -> None:
    """Where the decision is to ask, start the run that asks: one for each release that does."""
    from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

    asked = AskedOperator(task_id="asked", pipeline=pipeline)
    question = {name: f"{{{{ ti.xcom_pull(task_ids='asked', key='{name}') }}}}" for name in QUESTION}
    ask = TriggerDagRunOperator(
        task_id="ask",
        trigger_dag_id=approve_dag_id(pipeline),
        trigger_run_id=approve_run_id(question["release"]),
        conf=question,
        skip_when_already_exists=True,
    )
    chain(promote, asked, ask)
