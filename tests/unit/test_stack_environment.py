"""The environment of the stack's processes: loopback only, no stray settings, Airflow's connections."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from headgate.spec.settings import Settings
from headgate.stack import environment
from headgate.stack.java import Java
from headgate.stack.ports import Ports
from headgate.stack.secrets import Secrets

PORTS = Ports(airflow=20001, mlflow=20002, engine=20003, task_logs=20004)
SECRETS = Secrets(
    airflow_password=SecretStr("p"),
    airflow_fernet_key=SecretStr("f"),
    airflow_jwt_secret=SecretStr("j"),
    airflow_api_secret=SecretStr("a"),
    engine_token=SecretStr("t"),
)


@pytest.fixture
def variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a stack in `tmp_path`, started from a shell with a few settings of its own."""
    monkeypatch.setattr(environment, "find_java", lambda: Java(Path("/jdk/bin/java"), Path("/jdk"), 17))
    shell = {
        "PATH": "/usr/bin",
        "HTTPS_PROXY": "http://proxy",
        "PYTHONPATH": "/elsewhere",
        "SPARK_REMOTE": "sc://x",
    }
    return environment.stack_environment(Settings(home=tmp_path), PORTS, SECRETS, shell)


def test_connections_say_where_engine_cluster_and_mlflow_are(variables: dict[str, str]) -> None:
    assert {
        name: json.loads(variables[f"AIRFLOW_CONN_HEADGATE_{name}"])
        for name in ("ENGINE", "CLUSTER", "MLFLOW")
    } == {
        "ENGINE": {"conn_type": "spark_connect", "host": "localhost", "port": 20003, "password": "t"},
        "CLUSTER": {"conn_type": "spark", "host": "local[2]", "extra": {"deploy-mode": "client"}},
        "MLFLOW": {"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": 20002},
    }


def test_nothing_listens_beyond_this_machine(variables: dict[str, str]) -> None:
    assert variables["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert variables["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert not [name for name, value in variables.items() if re.search(r"0\.0\.0\.0|\[::\]", value)]


def test_settings_reach_every_part(variables: dict[str, str], tmp_path: Path) -> None:
    assert variables["HEADGATE_HOME"] == str(tmp_path)
    assert variables["HEADGATE_LAKE"] == str(tmp_path / "lake")
    assert variables["HEADGATE_STACK"] == str(tmp_path)


def test_the_shell_gives_its_proxy_but_leads_nobody_astray(variables: dict[str, str]) -> None:
    assert variables["HTTPS_PROXY"] == "http://proxy"
    assert "PYTHONPATH" not in variables
    assert "SPARK_REMOTE" not in variables


def test_only_the_clean_up_of_runs_is_told_where_airflows_database_is(variables: dict[str, str]) -> None:
    extra = json.loads(variables["AIRFLOW_CONN_HEADGATE_AIRFLOW_DATABASE"])["extra"]
    assert extra["url"] == variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert extra["async_url"] == variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"]


def test_how_long_things_are_kept_reaches_every_part(variables: dict[str, str]) -> None:
    kept = {name: value for name, value in variables.items() if name.startswith("HEADGATE_KEEP")}
    assert kept == {
        "HEADGATE_KEEP_VERSIONS": "7d",
        "HEADGATE_KEEP_STAGING": "7d",
        "HEADGATE_KEEP_REPORTS": "90d",
        "HEADGATE_KEEP_RUNS": "90d",
    }


def test_databases_are_reached_by_unix_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "find_java", lambda: Java(Path("/jdk/bin/java"), Path("/jdk"), 17))
    variables = environment.stack_environment(Settings(home=Path("/short")), PORTS, SECRETS, {})
    assert variables["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == (
        "postgresql+psycopg2://postgres@/airflow?host=%2Fshort%2Frun%2Fpostgres"
    )


def test_nobody_phones_home(variables: dict[str, str]) -> None:
    assert variables["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert variables["GX_ANALYTICS_ENABLED"] == "false"
    assert variables["DO_NOT_TRACK"] == "true"
