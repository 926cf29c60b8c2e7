"""The DAG `<pipeline>_gate`: put a decision about a closed gate on record."""

from __future__ import annotations

from airflow.sdk import DAG, Param

from headgate.airflow.names import gate_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.decide import DecideOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def gate_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, a form, one run per decision; who may trigger it may decide."""
    name = pipeline.pipeline
    with DAG(
        dag_id=gate_dag_id(name),
        description=f"Accept or divert what closed a gate of {name}",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "decision": Param(
                "divert",
                type="string",
                enum=["accept", "divert"],
                description="accept: publish it as it was judged; divert: put what is wrong aside",
            ),
            "digest": Param(
                type="string",
                pattern="^[0-9a-f]{64}$",
                description="The digest of the rows that were judged, as the validation report shows it",
            ),
            "why": Param(type="string", minLength=1, description="The reason, which goes on record"),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        DecideOperator(
            task_id="decide",
            application=str(settings.jobs / "decide.py"),
            arguments=["--pipeline", name],
            **in_turn_on_engine(settings, name, "decide"),
        )
    return dag
