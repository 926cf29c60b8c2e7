"""What MLflow's server takes for a change, and what it writes down of one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from headgate.stack.mlflow_changes import changes, line, of_interest, only_reads

API = "/api/2.0/mlflow"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", f"{API}/registered-models/alias", False),
        ("POST", f"{API}/runs/search", False),
        ("POST", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", False),
        ("POST", "/graphql", False),
        ("POST", f"{API}/registered-models/alias", True),
        ("DELETE", f"{API}/registered-models/alias", True),
        ("POST", f"{API}/experiments/create", True),
        ("PATCH", f"{API}/registered-models/update", True),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/1/model.onnx", True),
        ("POST", f"{API}/review-queues/getOrCreateUserQueue", True),
    ],
)
def test_asking_is_no_change(method: str, path: str, expected: bool) -> None:
    assert changes(method, path) is expected


@pytest.mark.parametrize(
    ("admin", "roles", "expected"),
    [
        (False, [("Viewer", ["READ", "READ"])], True),
        (False, [("Scientist", ["EDIT", "READ"])], False),
        (False, [("Viewer", ["READ"]), ("Engineer", ["EDIT"])], False),
        (False, [("Viewer", ["READ"]), ("__user_7__", ["MANAGE"])], True),  # owns what it once made
        (False, [], False),  # an account that access.yaml does not speak of: MLflow's own rules
        (True, [("Viewer", ["READ"])], False),
    ],
)
def test_whoever_holds_reading_roles_alone_only_reads(
    admin: bool, roles: list[tuple[str, list[str]]], expected: bool
) -> None:
    assert only_reads(admin, roles) is expected


@pytest.mark.parametrize(
    ("user", "path", "expected"),
    [
        ("eva", f"{API}/runs/log-batch", True),
        ("pipelines", f"{API}/runs/log-batch", False),
        ("pipelines", f"{API}/registered-models/alias", True),
        ("pipelines", f"{API}/model-versions/create", True),
    ],
)
def test_what_pipelines_write_into_their_runs_is_left_out(user: str, path: str, expected: bool) -> None:
    assert of_interest(user, path) is expected


def test_a_line_is_one_document_without_passwords() -> None:
    body = {"name": "a\nb", "password": "secret", "version": 3, "alias": ""}
    text = line(
        datetime(2026, 2, 1, 7, tzinfo=UTC), "eva", 200, "POST", f"{API}/registered-models/alias", body
    )
    assert text.endswith("\n") and text.count("\n") == 1
    assert json.loads(text) == {
        "at": "2026-02-01T07:00:00+00:00",
        "who": "eva",
        "status": 200,
        "method": "POST",
        "path": "/api/2.0/mlflow/registered-models/alias",
        "fields": {"name": "a\nb", "version": "3"},
    }


@pytest.mark.parametrize("name", ["a\u2028b", "half of a pair: \ud800"])
def test_any_text_can_be_written_down(name: str) -> None:
    at, path = datetime(2026, 2, 1, 7, tzinfo=UTC), f"{API}/experiments/create"
    text = line(at, "eva", 403, "POST", path, {"name": name})
    assert text.isascii() and len(text.splitlines()) == 1
    assert json.loads(text)["fields"] == {"name": name}
