"""The DAG `<pipeline>_challenge`: put a model on trial against the champion."""

from __future__ import annotations

from airflow.sdk import DAG, Param

from headgate.airflow.names import challenge_dag_id
from headgate.airflow.on_engine import in_turn_on_engine
from headgate.airflow.operators.challenge import ChallengeOperator
from headgate.airflow.task_defaults import tags, task_defaults
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


def challenge_dag(settings: Settings, pipeline: Pipeline, doc: str | None) -> DAG:
    """Build the DAG: no schedule, a form, one run per trial that is to begin."""
    name = pipeline.pipeline
    with DAG(
        dag_id=challenge_dag_id(name),
        description=f"Put a model of {name} on trial against the champion",
        doc_md=doc,
        schedule=None,
        max_active_runs=1,
        params={
            "model": Param(type="integer", minimum=1, description="The model's number in the model log"),
            "why": Param(type="string", minLength=1, description="The reason, which goes on record"),
        },
        tags=tags(pipeline),
        default_args=task_defaults(pipeline),
    ) as dag:
        ChallengeOperator(
            task_id="challenge",
            application=str(settings.jobs / "challenge.py"),
            arguments=["--pipeline", name],
            tracking=settings.mlflow_connection,
            **in_turn_on_engine(settings, name, "challenge"),
        )
    return dag
