"""Where the running stack answers, and as whom to ask."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from headgate.lake.engine_address import header_token
from headgate.spec.settings import Settings
from headgate.stack.errors import StackNotRunning
from headgate.stack.layout import Layout
from headgate.stack.ports import HOST, Ports, read_ports
from headgate.stack.secrets import AIRFLOW_USER, Secrets, read_secrets
from headgate.stack.served_stack import served_stack


@dataclass(frozen=True)
class Addresses:
    """The addresses of a stack's front doors, for people. `engine` carries a token: never print it."""

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


@dataclass(frozen=True)
class Server:
    """A server as a program reaches it, with the account to use; `user` is empty where it asks for none."""

    address: str
    user: str
    password: SecretStr

    @property
    def login(self) -> tuple[str, str] | None:
        """User and password, where the server asks for them."""
        return (self.user, self.password.get_secret_value()) if self.user else None


def airflow_server(settings: Settings) -> Server:
    """Airflow's API server; raises StackNotRunning where no stack was ever started."""
    served = served_stack()
    if served:
        return Server(served.airflow, served.airflow_user, served.airflow_password)
    address = addresses(settings).airflow
    return Server(address, AIRFLOW_USER, read_secrets(Layout.of(settings).secrets).airflow_password)


def mlflow_server(settings: Settings) -> Server:
    """MLflow; raises StackNotRunning where no stack was ever started."""
    served = served_stack()
    if served:
        return Server(served.mlflow, served.mlflow_user, served.mlflow_password)
    return Server(addresses(settings).mlflow, "", SecretStr(""))


def tracking_variables(settings: Settings) -> dict[str, str]:
    """The environment by which MLflow's client finds the server; raises StackNotRunning."""
    server = mlflow_server(settings)
    user, password = server.login or ("", "")
    named = {"URI": server.address, "USERNAME": user, "PASSWORD": password}
    return {f"MLFLOW_TRACKING_{name}": value for name, value in named.items() if value}


def addresses(settings: Settings) -> Addresses:
    """The addresses of the stack that the environment describes, else of the one in `settings.home`.

    Raises StackNotRunning where none was ever started.
    """
    served = served_stack()
    if served:
        engine = header_token(served.engine.get_secret_value())
        return Addresses(airflow=served.airflow_shown, mlflow=served.mlflow_shown, engine=engine)
    layout = Layout.of(settings)
    ports = read_ports(layout.run / "ports.json")
    if ports is None:
        raise StackNotRunning(layout.home)
    return Addresses.of(ports, read_secrets(layout.secrets))
