"""The parts of the stack: what runs, in which order, by which command, how it is stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headgate.spec.settings import Settings
from headgate.stack import engine, postgres
from headgate.stack.layout import Layout
from headgate.stack.ports import HOST, Ports

PROGRAMS = Path(sys.prefix) / "bin"


@dataclass(frozen=True)
class Part:
    """One supervised process. Parts of lower `order` start earlier and stop later."""

    name: str
    order: int
    command: Callable[[Settings, Ports], list[str]]
    stop_signal: str = "TERM"
    # These parts are done at once when told to end; what takes longer is Python giving back its memory.
    stop_seconds: int = 4

    def log(self, layout: Layout) -> Path:
        """Where its output goes."""
        return layout.logs / f"{self.name}.log"


def _postgres(settings: Settings, ports: Ports) -> list[str]:
    return postgres.command(Layout.of(settings))


def _mlflow(settings: Settings, ports: Ports) -> list[str]:
    layout = Layout.of(settings)
    server = [
        str(PROGRAMS / "mlflow"),
        "server",
        "--host",
        HOST,
        "--port",
        str(ports.mlflow),
        "--workers",
        "1",
    ]
    server += ["--backend-store-uri", postgres.url(layout, "mlflow", "psycopg2")]
    return [*server, "--artifacts-destination", (layout.mlflow / "artifacts").as_uri()]


def _airflow(*arguments: str) -> Callable[[Settings, Ports], list[str]]:
    return lambda settings, ports: [str(PROGRAMS / "airflow"), *arguments]


def _task_logs(settings: Settings, ports: Ports) -> list[str]:
    return [sys.executable, "-m", "headgate.stack.task_log_server"]


PARTS = (
    # SIGINT is PostgreSQL's fast shutdown: clients are cut off, nothing is lost.
    Part("postgres", 10, _postgres, stop_signal="INT", stop_seconds=20),
    Part("engine", 20, engine.command, stop_seconds=10),
    Part("mlflow", 30, _mlflow),
    Part("api-server", 40, _airflow("api-server")),
    Part("task-logs", 50, _task_logs),
    Part("dag-processor", 60, _airflow("dag-processor")),
    # Stops first: without its API server it would hang.
    Part("scheduler", 70, _airflow("scheduler", "--skip-serve-logs"), stop_seconds=8),
)
BY_NAME = {part.name: part for part in PARTS}
