"""Who may see a pipeline's pages, and who may ask for something there: as Airflow says of its DAGs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, HTTPException

from headgate.airflow.names import hourly_dag_id
from headgate.airflow.pages.specs import pipelines
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

User = Annotated[Any, Depends(get_user)]


def is_allowed(method: Literal["GET", "POST"], dag_id: str, user: Any) -> bool:
    """Ask Airflow's auth manager, as Airflow's own pages do: whether one may read, or run, a DAG."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
    from airflow.models.dag import DagModel

    return bool(
        get_auth_manager().is_authorized_dag(
            method=method,
            access_entity=DagAccessEntity.RUN if method == "POST" else None,
            details=DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id)),
            user=user,
        )
    )


def may_read(pipeline: str, user: Any) -> bool:
    """Whether the viewer may read the pipeline's hourly DAG."""
    return is_allowed("GET", hourly_dag_id(pipeline), user)


def may_trigger(dag_id: str, user: Any) -> bool:
    """Whether the viewer may trigger a DAG, as Airflow's own form would let them."""
    return is_allowed("POST", dag_id, user)


def form_for(dag_id: str, user: Any) -> str:
    """The DAG, where the viewer may trigger it by its form; else empty."""
    return dag_id if may_trigger(dag_id, user) else ""


def require_reader(pipeline: str, user: Any) -> None:
    """Answer 403 to whoever may not read the pipeline."""
    if not may_read(pipeline, user):
        raise HTTPException(403, "You may not read this pipeline.")


def readable(settings: Settings, user: Any) -> list[LoadedPipeline]:
    """The pipelines that the viewer may read, by name."""
    return [loaded for loaded in pipelines(settings) if may_read(loaded.spec.pipeline, user)]
