"""Where MLflow is, as an Airflow connection says it."""

from __future__ import annotations

from airflow.sdk import BaseHook


def tracking_address(connection: str) -> str:
    """The address of the MLflow server that `connection` names, like `http://127.0.0.1:5000`."""
    found = BaseHook.get_connection(connection)
    host = found.host or ""
    if "://" not in host:
        host = f"{found.schema or 'http'}://{host}"
    return f"{host.rstrip('/')}:{found.port}" if found.port else host.rstrip("/")


def shown_address(connection: str) -> str:
    """The address for people's browsers: the connection's extra `shown_as`, else the same for everybody."""
    shown = BaseHook.get_connection(connection).extra_dejson.get("shown_as")
    return str(shown).rstrip("/") if shown else tracking_address(connection)


def tracking_environment(connection: str) -> dict[str, str]:
    """The variables by which MLflow's client finds the server and, given a login, signs in."""
    found = BaseHook.get_connection(connection)
    variables = {
        "MLFLOW_TRACKING_URI": tracking_address(connection),
        "MLFLOW_TRACKING_USERNAME": found.login,
        "MLFLOW_TRACKING_PASSWORD": found.password,
    }
    return {name: value for name, value in variables.items() if value}
