"""The hour that a DAG run is about, as Airflow's database knows it."""

from __future__ import annotations

from headgate.airflow.names import hour_name


def run_hour(dag_id: str, run_id: str) -> str | None:
    """The hour of a run as `2013-01-29T00`; None for an unknown run or one without a logical date."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session(scoped=False) as session:
        moment = session.scalar(
            select(DagRun.logical_date).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        )
    return None if moment is None else hour_name(moment)
