"""The DAG `<pipeline>_forget`: remove a subject from everything that is kept."""

from __future__ import annotations

from airflow.sdk import DAG, Asset, Param, chain

from headgate.airflow.names import asset_uri, forget_dag_id, hourly_dag_id, learn_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.forget import ForgetOperator
from headgate.airflow.operators.wait_until_quiet import WAIT_TASK, WaitUntilQuietOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.airflow.timing import FORGET_TIMEOUT, WAITING_RETRIES
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def forget_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, a form, one run a subject; who may trigger it may have things forgotten.

    The key's field is called as it is because Airflow's audit log masks what is called a secret. The asset of
    the last layer is announced, so that the next model is learned without the subject.
    """
    name, hops, tables = pipeline.pipeline, pipeline.hops, list(pipeline.silver)
    with DAG(
        dag_id=forget_dag_id(name),
        description=f"Remove a subject from everything that is kept of {name}",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "table": Param(
                tables[0], type="string", enum=tables, description="The silver table of the subject"
            ),
            "secret_key": Param(
                type="array",
                items={"type": "string", "pattern": "="},
                minItems=1,
                description="Its whole key, COLUMN=VALUE, a line a column; the audit log does not keep it",
            ),
            "why": Param(
                type="string",
                minLength=1,
                description="The reason, which goes on record; it must not name the subject",
            ),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        waits = [
            WaitUntilQuietOperator(
                task_id=task,
                upstream_dag_id=upstream,
                leaves_to_next=False,
                busy=["running"],
                retries=WAITING_RETRIES,
            )
            for task, upstream in (
                (WAIT_TASK, hourly_dag_id(name)),
                *([("wait_for_learning", learn_dag_id(name))] if pipeline.model else []),
            )
        ]
        forget = ForgetOperator(
            task_id="forget",
            application=str(settings.jobs / "forget.py"),
            arguments=["--pipeline", name],
            outlets=[Asset(uri=asset_uri(name, hops[-1]), name=f"{name}.{hops[-1]}")],
            **{**in_turn_on_engine(settings, name, "forget"), "execution_timeout": FORGET_TIMEOUT},
        )
        chain(*waits, forget)
    return dag
