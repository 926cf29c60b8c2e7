"""The DAG `<pipeline>_quarantine`: a form for rows that broke a rule."""

from __future__ import annotations

from airflow.sdk import DAG, Param

from headgate.airflow.names import quarantine_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.quarantine import QuarantineOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def quarantine_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, one run per request, which the form's fields make up.

    The field of the texts is called as it is because Airflow's audit log masks what is called a secret.
    """
    name, tables = pipeline.pipeline, list(pipeline.silver)
    with DAG(
        dag_id=quarantine_dag_id(name),
        description=f"Let quarantined rows of {name} re-enter, or dismiss them",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "table": Param(tables[0], type="string", enum=tables, description="The silver table"),
            "action": Param(
                "replay",
                type="string",
                enum=["replay", "dismiss"],
                description="Let the rows re-enter, or take them out of the quarantine for good",
            ),
            "rules": Param(
                [], type="array", items={"type": "string"}, description="Rows that broke one of these rules"
            ),
            "rows": Param(
                [],
                type="array",
                items={"type": "string"},
                description="These rows, <file>:<row>. Without rules and rows: all of the table",
            ),
            "secret_values": Param(
                {},
                type="object",
                additionalProperties={"type": "string"},
                description='Replay only: texts that mend the rows, {"column": "text"}; the audit log does '
                "not keep them",
            ),
            "why": Param("", type="string", description="Why, for the record; a dismissal needs one"),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        QuarantineOperator(
            task_id="request",
            application=str(settings.jobs / "quarantine.py"),
            arguments=["--pipeline", name],
            **in_turn_on_engine(settings, name, "quarantine"),
        )
    return dag
