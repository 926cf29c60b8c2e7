"""The health of a served stack, as far as its front doors tell: whoever runs it knows the rest."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from headgate.spec.settings import Settings
from headgate.stack.health import PartHealth, airflow_troubles, mlflow_trouble
from headgate.stack.served_stack import ServedStack


def served_health(settings: Settings, served: ServedStack) -> list[PartHealth]:
    """The health of the engine, MLflow and Airflow's parts."""
    troubles = {
        "engine": _engine_trouble(served.engine.get_secret_value()),
        "mlflow": mlflow_trouble(served.mlflow),
        **airflow_troubles(settings),
    }
    return [
        PartHealth(
            part=name,
            healthy=trouble is None,
            state="RUNNING" if trouble is None else "UNHEALTHY",
            pid=0,
            words=trouble or "answers",
            started=0.0,
        )
        for name, trouble in troubles.items()
    ]


def _engine_trouble(address: str) -> str | None:
    engine = urlsplit(address)
    try:
        socket.create_connection((engine.hostname, engine.port), timeout=5).close()
    except OSError as error:
        return f"{engine.hostname}:{engine.port}: {error}"
    return None
