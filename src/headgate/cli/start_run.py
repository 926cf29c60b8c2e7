"""Start a run of a DAG that a form starts, as somebody does in Airflow."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.cli.airflow_runs import Run, run_of_answer
from headgate.cli.backfill import wait_for_dag
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.pools import create_pools


def start_run(client: AirflowClient, pipeline: str, dag_id: str, form: Mapping[str, object]) -> Run:
    """Trigger a run of `dag_id` with the form's values, once Airflow knows the DAG. Raises DagMissing."""
    create_pools(client, [pipeline])
    wait_for_dag(client, pipeline, dag_id)
    answer = client.post(f"/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": dict(form)})
    return run_of_answer(answer)
