"""Ask every part of the stack whether it does its work."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import httpx
import psycopg2

from headgate.spec.settings import Settings
from headgate.stack import postgres
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.errors import AirflowOutOfReach, AirflowRefused, StackNotRunning
from headgate.stack.layout import Layout
from headgate.stack.parts import PARTS
from headgate.stack.ports import HOST, Ports, read_ports
from headgate.stack.supervisor import PartState, Supervisor


@dataclass(frozen=True)
class PartHealth:
    """The health of one part; `words` say what is wrong, or how long it has been up."""

    part: str
    healthy: bool
    state: str
    pid: int
    words: str
    started: float


def _listens(port: int) -> str | None:
    try:
        socket.create_connection((HOST, port), timeout=2).close()
    except OSError as error:
        return f"port {port}: {error}"
    return None


def _engine(layout: Layout, ports: Ports, state: PartState) -> str | None:
    ready = layout.engine_ready
    if not ready.exists() or ready.read_text() != str(state.pid):
        return "warming up"
    return _listens(ports.engine)


def mlflow_trouble(address: str) -> str | None:
    """What is wrong with the MLflow server at `address`."""
    try:
        answer = httpx.get(f"{address}/health", timeout=5, trust_env=False)
    except httpx.HTTPError as error:
        return str(error)
    return None if answer.status_code == 200 else f"answered {answer.status_code}"


def _postgres(layout: Layout) -> str | None:
    try:
        postgres.connect(layout).close()
    except psycopg2.OperationalError as error:
        return str(error).strip().splitlines()[0]
    return None


def airflow_troubles(settings: Settings) -> dict[str, str | None]:
    """What is wrong with api-server, scheduler and dag-processor, by name."""
    names = {"api-server": "metadatabase", "scheduler": "scheduler", "dag-processor": "dag_processor"}
    with AirflowClient(settings) as client:
        try:
            answer = client.health()
        except (AirflowOutOfReach, AirflowRefused) as error:
            return dict.fromkeys(names, error.what)
    states = {name: (answer.get(key) or {}).get("status") for name, key in names.items()}
    return {name: None if state == "healthy" else f"Airflow says {state}" for name, state in states.items()}


def stack_health(settings: Settings) -> list[PartHealth]:
    """The health of every part, in the order of their start; all down where the stack does not run."""
    layout = Layout.of(settings)
    ports = read_ports(layout.run / "ports.json")
    try:
        states = Supervisor(layout).states()
    except StackNotRunning:
        states = {}
    airflow = airflow_troubles(settings) if states and ports else {}
    found: list[PartHealth] = []
    for part in PARTS:
        state = states.get(part.name, PartState("STOPPED", 0, 0.0, "the stack is down"))
        wrong: str | None = state.words or state.state.lower()
        if state.state == "RUNNING" and ports:
            match part.name:
                case "postgres":
                    wrong = _postgres(layout)
                case "engine":
                    wrong = _engine(layout, ports, state)
                case "mlflow":
                    wrong = mlflow_trouble(f"http://{HOST}:{ports.mlflow}")
                case "task-logs":
                    wrong = _listens(ports.task_logs)
                case _:
                    wrong = airflow[part.name]
        words = wrong or state.words
        found.append(PartHealth(part.name, wrong is None, state.state, state.pid, words, state.started))
    return found
