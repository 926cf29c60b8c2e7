"""Behind another name MLflow answers to it and takes changes from its own pages, and from no others."""

from __future__ import annotations

import pytest

from headgate.stack.mlflow_app import spoken_to
from tests.unit.in_mlflow.mlflow_server import API, MlflowServer

OWN = [
    *("mlflow", "mlflow:*", "localhost", "localhost:*"),
    *("127.0.0.1", "127.0.0.1:*"),
]


@pytest.mark.parametrize(
    ("address", "hosts", "origin"),
    [
        ("http://localhost:5000", OWN, "http://localhost:5000"),
        (
            "https://mlflow.example.org",
            [*OWN, "mlflow.example.org", "mlflow.example.org:*"],
            "https://mlflow.example.org",
        ),
        (
            "https://ml.example.org:8443/",
            [*OWN, "ml.example.org", "ml.example.org:*"],
            "https://ml.example.org:8443",
        ),
    ],
)
def test_names_and_origin_follow_from_the_address(address: str, hosts: list[str], origin: str) -> None:
    assert spoken_to(address) == (hosts, origin)


@pytest.mark.parametrize(
    ("host", "origin", "expected"),
    [
        ("mlflow.example.org", "https://mlflow.example.org", 200),
        ("localhost:5000", "http://localhost:5000", 200),
        ("mlflow.example.org", "https://elsewhere.example.org", 403),
        ("elsewhere.example.org", "https://mlflow.example.org", 403),
    ],
)
def test_a_page_of_its_own_address_may_change_something(
    mlflow: MlflowServer, host: str, origin: str, expected: int
) -> None:
    header = {"Host": host, "Origin": origin}
    fields = {"run_id": mlflow.run, "key": "seen", "value": "yes"}
    answer = mlflow.of("eva").post(f"{API}/runs/set-tag", json=fields, headers=header)
    assert answer.status_code == expected, answer.text
