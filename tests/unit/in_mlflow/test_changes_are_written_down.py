"""Every change that is asked of MLflow has a line, whichever part of its server answers."""

from __future__ import annotations

import pytest

from tests.unit.in_mlflow.mlflow_server import API, MlflowServer

FILES = "/api/2.0/mlflow-artifacts/artifacts"


@pytest.mark.parametrize(
    ("user", "method", "path", "status"),
    [
        ("eva", "PUT", f"{FILES}/{{experiment}}/{{run}}/artifacts/a.txt", 200),
        ("sam", "PUT", f"{FILES}/{{experiment}}/{{run}}/artifacts/a.txt", 403),
        ("vic", "PUT", f"{FILES}/{{experiment}}/{{run}}/artifacts/a.txt", 403),
        ("vic", "POST", "/v1/traces", 403),
        ("eva", "POST", "/v1/traces", 400),
        ("vic", "POST", "/api/3.0/mlflow/mcp-servers", 403),
        ("eva", "DELETE", f"{FILES}/{{experiment}}/{{run}}/artifacts/a.txt", 403),
        ("eva", "POST", f"{API}/runs/log-batch", 415),
    ],
)
def test_a_change_has_a_line_with_how_it_ended(
    mlflow: MlflowServer, user: str, method: str, path: str, status: int
) -> None:
    place = path.format(experiment=mlflow.experiment, run=mlflow.run)
    header = {"Content-Type": "application/x-protobuf", "x-mlflow-experiment-id": mlflow.experiment}
    before = len(mlflow.lines())
    answer = mlflow.of(user).request(
        method, place, content=b"x" if method != "DELETE" else b"", headers=header
    )
    said = [(line["who"], line["method"], line["path"], line["status"]) for line in mlflow.lines()[before:]]
    assert said == [(user, method, place, answer.status_code)]
    assert answer.status_code == status, answer.text


def test_what_only_asks_and_what_shows_no_account_has_none(mlflow: MlflowServer) -> None:
    before = len(mlflow.lines())
    client = mlflow.of("eva")
    client.post(f"{API}/experiments/search", json={"max_results": 1})
    client.auth = ("eva", "not-the-password")
    refused = client.put(f"{FILES}/{mlflow.experiment}/{mlflow.run}/artifacts/a.txt", content=b"x")
    assert (refused.status_code, len(mlflow.lines()) - before) == (401, 0)
