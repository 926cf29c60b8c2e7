"""Who may see a pipeline's pages: whoever may read its hourly DAG."""

from __future__ import annotations

from typing import Any

from headgate.airflow.names import hourly_dag_id


def may_read(pipeline: str, user: Any) -> bool:
    """Ask Airflow's auth manager, as Airflow's own pages do."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.models.dag import DagModel

    dag_id = hourly_dag_id(pipeline)
    details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
    return bool(get_auth_manager().is_authorized_dag(method="GET", details=details, user=user))
