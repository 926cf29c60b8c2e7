"""Where the running stack answers."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.spec.settings import Settings
from headgate.stack.errors import StackNotRunning
from headgate.stack.layout import Layout
from headgate.stack.ports import HOST, Ports, read_ports
from headgate.stack.secrets import Secrets, read_secrets


@dataclass(frozen=True)
class Addresses:
    """The addresses of a stack's front doors. `engine` carries a token: never print it."""

    airflow: str
    mlflow: str
    engine: str

    @classmethod
    def of(cls, ports: Ports, secrets: Secrets) -> Addresses:
        """The addresses that follow from ports and secrets."""
        token = secrets.engine_token.get_secret_value()
        return cls(
            airflow=f"http://{HOST}:{ports.airflow}",
            mlflow=f"http://{HOST}:{ports.mlflow}",
            # By this name, not by number: only for it does the client send a token without TLS.
            engine=f"sc://localhost:{ports.engine}/;token={token}",
        )


def addresses(settings: Settings) -> Addresses:
    """The addresses of the stack in `settings.home`; raises StackNotRunning where none was ever started."""
    layout = Layout.of(settings)
    ports = read_ports(layout.run / "ports.json")
    if ports is None:
        raise StackNotRunning(layout.home)
    return Addresses.of(ports, read_secrets(layout.secrets))
