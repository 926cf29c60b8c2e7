"""MLflow's account for pipelines is made once; later starts only set its password."""

from __future__ import annotations

import json

import httpx
import pytest

from headgate.stack.mlflow_accounts import ensure_account


def calls(known: bool, refuse: bool = False) -> tuple[httpx.Client, list[tuple[str, str, str]]]:
    """An administrator's client of a server that knows the account or not, and what it is asked."""
    asked: list[tuple[str, str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.method, request.url.path, request.content.decode()))
        if request.method == "GET":
            return (
                httpx.Response(200, json={"user": {"username": "pipelines"}})
                if known
                else httpx.Response(404)
            )
        return httpx.Response(403 if refuse else 200)

    return httpx.Client(base_url="http://mlflow:5000", transport=httpx.MockTransport(answer)), asked


@pytest.mark.parametrize(
    ("known", "method", "path"),
    [
        (False, "POST", "/api/2.0/mlflow/users/create"),
        (True, "PATCH", "/api/2.0/mlflow/users/update-password"),
    ],
)
def test_the_account_is_made_or_gets_the_password(known: bool, method: str, path: str) -> None:
    client, asked = calls(known)
    ensure_account(client, "pipelines", "secret")
    assert asked[1][:2] == (method, path)
    assert json.loads(asked[1][2]) == {"username": "pipelines", "password": "secret"}


def test_a_refusal_fails() -> None:
    client, _ = calls(known=False, refuse=True)
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        ensure_account(client, "pipelines", "secret")
