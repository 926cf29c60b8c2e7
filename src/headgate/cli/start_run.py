"""Start a run of a DAG that a form starts, as somebody does in Airflow."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.airflow.names import ASKED_BY
from headgate.cli.airflow_runs import Run, run_of_answer
from headgate.cli.backfill import wait_for_dag
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.asked_by import asked_by
from headgate.stack.pools import create_pools
from headgate.stack.served_stack import served_stack


def start_run(client: AirflowClient, pipeline: str, dag_id: str, form: Mapping[str, object]) -> Run:
    """Trigger a run of `dag_id` with the form's values, once Airflow knows the DAG. Raises DagMissing."""
    create_pools(client, [pipeline])
    wait_for_dag(client, pipeline, dag_id)
    return trigger_run(client, dag_id, form)


def trigger_run(client: AirflowClient, dag_id: str, form: Mapping[str, object]) -> Run:
    """Trigger a run of `dag_id` with the form's values.

    In a stack for several users its note and its conf say who asked: Airflow knows the account of the
    commands only.
    """
    asked: dict[str, object] = {"logical_date": None, "conf": dict(form)}
    if served_stack():
        asked |= {"note": f"asked by {asked_by()}", "conf": {**form, ASKED_BY: asked_by()}}
    return run_of_answer(client.post(f"/dags/{dag_id}/dagRuns", asked))
