"""Who is not known gets nothing, and nobody reaches more than they need."""

from __future__ import annotations

import httpx
import pytest

from tests.compose.compose_stack import ComposeStack

CONNECT = "import socket; socket.create_connection(({host!r}, {port}), timeout=5)"
SELECT = """
from pyspark.sql import SparkSession
session = SparkSession.builder.remote("sc://engine:15002/;authorization=Bearer%20{token}").create()
print(session.sql("SELECT 1").first()[0])
"""


@pytest.mark.parametrize(
    "path",
    ["/api/v2/dags", "/headgate/reports", "/api/v2/connections", "/api/v2/dags/flights_hourly/dagRuns"],
)
def test_airflow_asks_for_an_account(stack: ComposeStack, path: str) -> None:
    assert httpx.get(f"{stack.airflow}{path}", trust_env=False).status_code in {401, 403}


def test_airflow_knows_its_administrator(stack: ComposeStack) -> None:
    account = {"username": "admin", "password": stack.secret("AIRFLOW_ADMIN_PASSWORD")}
    token = httpx.post(f"{stack.airflow}/auth/token", json=account, trust_env=False).json()["access_token"]
    header = {"Authorization": f"Bearer {token}"}
    assert httpx.get(f"{stack.airflow}/api/v2/dags", headers=header, trust_env=False).status_code == 200
    wrong = httpx.post(
        f"{stack.airflow}/auth/token", json={**account, "password": "password"}, trust_env=False
    )
    assert wrong.status_code == 401


@pytest.mark.parametrize(
    ("user", "secret", "status"),
    [
        (None, None, 401),
        ("admin", "password1234", 401),
        ("admin", "MLFLOW_ADMIN_PASSWORD", 200),
        ("pipelines", "MLFLOW_PIPELINES_PASSWORD", 200),
    ],
)
def test_mlflow_asks_for_an_account(
    stack: ComposeStack, user: str | None, secret: str | None, status: int
) -> None:
    password = stack.secret(secret) if secret and secret.isupper() else secret
    login = (user, password) if user and password else None
    answer = httpx.get(f"{stack.mlflow}/api/2.0/mlflow/registered-models/search", auth=login, trust_env=False)
    assert answer.status_code == status


def test_the_engine_asks_for_its_token(stack: ComposeStack) -> None:
    right = stack.inside("airflow-scheduler", SELECT.format(token=stack.secret("ENGINE_TOKEN")))
    assert right.out == "1\n", right.err
    wrong = stack.inside("airflow-scheduler", SELECT.format(token="wrong"))
    assert wrong.code != 0
    assert "UNAUTHENTICATED" in wrong.err or "Invalid authentication token" in wrong.err


@pytest.mark.parametrize("service", ["engine", "spark-worker", "spark-master"])
def test_the_cluster_does_not_reach_the_database(stack: ComposeStack, service: str) -> None:
    known = stack.inside("mlflow", CONNECT.format(host="postgres", port=5432))
    assert known.code == 0, known.err
    assert stack.inside(service, CONNECT.format(host="postgres", port=5432)).code != 0


def test_the_root_cannot_be_written_and_the_user_is_an_ordinary_one(stack: ComposeStack) -> None:
    assert stack.inside("engine", "import os; print(os.getuid())").out == "10001\n"
    assert "Read-only file system" in stack.inside("engine", "open('/opt/headgate/x', 'w')").err
