"""Addresses of MLflow's own pages, as the connection says where MLflow is."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowNotFoundException

from headgate.airflow.operators.tracking import shown_address
from headgate.spec.settings import Settings


def model_page(settings: Settings, pipeline: str, version: int | None = None) -> str | None:
    """The page of the registered model, or of one version; None where no connection says where MLflow is."""
    server = mlflow_server(settings)
    if server is None:
        return None
    return f"{server}/#/models/{pipeline}" + (f"/versions/{version}" if version is not None else "")


def mlflow_server(settings: Settings) -> str | None:
    """MLflow's address for people's browsers; None where no connection says it."""
    try:
        return shown_address(settings.mlflow_connection)
    except AirflowNotFoundException:
        return None
