"""Each role sees everything and does what access.yaml lets it, in Airflow, MLflow and on Headgate's pages."""

from __future__ import annotations

import getpass
import json
import time
from typing import Any

import httpx
import pytest

from headgate.stack.airflow_accounts import log_in
from tests.compose.compose_stack import ComposeStack
from tests.compose.eventful_demo import EventfulDemo
from tests.compose.roles import ACCOUNTS, ROLES, access_text, account_of, airflow_as, mlflow_as

RUNS = "/api/v2/dags/flights_hourly/dagRuns"
SEEN = (
    "/api/v2/dags",
    RUNS,
    "/api/v2/dags/flights_promote/dagRuns/~/hitlDetails",
    "/api/v2/backfills?dag_id=flights_hourly",
    "/api/v2/eventLogs",
    "/api/v2/plugins",
    "/headgate/pipelines",
    "/headgate/pipelines/flights",
    "/headgate/releases",
    "/headgate/reports",
    "/headgate/catalog",
)
CHANGES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "pause": ("PATCH", "/api/v2/dags/flights_hourly", {"is_paused": "nonsense"}, "Admin Engineer"),
    "run": ("POST", RUNS, {"conf": 1}, "Admin Engineer"),
    "backfill": ("POST", "/api/v2/backfills", {"dag_id": "flights_hourly"}, "Admin Engineer"),
    "clear": (
        "POST",
        "/api/v2/dags/flights_hourly/clearTaskInstances",
        {"dry_run": "nonsense"},
        "Admin Engineer",
    ),
    "gate decision": ("POST", "/api/v2/dags/flights_gate/dagRuns", {"conf": 1}, "Admin Engineer"),
    "rollback": ("POST", "/api/v2/dags/flights_rollback/dagRuns", {"conf": 1}, "Admin Engineer"),
    "quarantine": ("POST", "/api/v2/dags/flights_quarantine/dagRuns", {"conf": 1}, "Admin Engineer"),
    "approval": (
        "PATCH",
        "/api/v2/dags/flights_promote/dagRuns/none/taskInstances/ask/-1/hitlDetails",
        {"chosen_options": 1},
        "Admin Engineer",
    ),
    "connection": ("POST", "/api/v2/connections", {"connection_id": 1}, "Admin"),
    "variable": ("POST", "/api/v2/variables", {"key": 1}, "Admin"),
    "account": ("POST", "/auth/fab/v1/users", {"username": 1}, "Admin"),
}
"""What changes something: method, address, a body that is refused as such, and who gets that far."""

REMEMBERED = 60.0
"""Seconds within which Airflow looks up again what an account may do; it remembers that for 30."""

EVERYTHING = {"max_results": 100}
MODEL = {"name": "flights"}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_everything_in_airflow(demo: EventfulDemo, stack: ComposeStack, role: str) -> None:
    with airflow_as(stack, role) as client:
        assert {path: client.get(path).status_code for path in SEEN} == dict.fromkeys(SEEN, 200)
        report = (
            client.get("/headgate/reports").text.partition('href="/headgate/reports/')[2].partition('"')[0]
        )
        assert client.get(f"/headgate/reports/{report}").status_code == 200


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("change", CHANGES)
def test_airflow_lets_a_role_change_what_it_may(
    demo: EventfulDemo, stack: ComposeStack, role: str, change: str
) -> None:
    method, path, body, allowed = CHANGES[change]
    with airflow_as(stack, role) as client:
        status = client.request(method, path, json=body).status_code
    assert (status != 403) == (role in allowed.split()), status
    assert 400 <= status < 500


def test_an_engineer_has_an_hour_done_again_and_a_scientist_has_not(
    demo: EventfulDemo, stack: ComposeStack
) -> None:
    hour = "2013-01-29T00:00:00+00:00"
    body = {
        "dag_id": "flights_hourly",
        "from_date": hour,
        "to_date": hour,
        "run_backwards": False,
        "reprocess_behavior": "completed",
        "max_active_runs": 1,
    }
    for role in ("Viewer", "Scientist"):
        with airflow_as(stack, role) as client:
            assert client.post("/api/v2/backfills", json=body).status_code == 403
    with airflow_as(stack, "Engineer") as client:
        made = client.post("/api/v2/backfills", json=body)
        assert made.status_code == 200, made.text
        path, limit = f"/api/v2/backfills/{made.json()['id']}", time.monotonic() + 600
        while client.get(path).raise_for_status().json()["completed_at"] is None:
            assert time.monotonic() < limit
            time.sleep(5)
        runs = client.get(RUNS, params={"logical_date_gte": hour, "logical_date_lte": hour})
    assert [run["state"] for run in runs.raise_for_status().json()["dag_runs"]] == ["success"]
    found = json.loads(stack.headgate("audit", "--who", "eva", "--format", "json").out)
    assert any(act["did"] == "create_backfill" for act in found)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_everything_in_mlflow(demo: EventfulDemo, stack: ComposeStack, role: str) -> None:
    with mlflow_as(stack, role) as client:
        found = client.post("/api/2.0/mlflow/experiments/search", json=EVERYTHING).raise_for_status().json()
        ids = [experiment["experiment_id"] for experiment in found["experiments"]]
        runs = client.post("/api/2.0/mlflow/runs/search", json={"experiment_ids": ids}).raise_for_status()
        assert runs.json()["runs"]
        version = client.get(
            "/api/2.0/mlflow/registered-models/alias", params={**MODEL, "alias": "champion"}
        ).raise_for_status()
        run = version.json()["model_version"]["run_id"]
        files = client.get("/api/2.0/mlflow/artifacts/list", params={"run_id": run}).raise_for_status()
        assert files.json()["files"]


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        (("POST", "registered-models/alias", {**MODEL, "alias": "tried", "version": "1"}), "Admin Engineer"),
        (("DELETE", "registered-models/alias", {**MODEL, "alias": "tried"}), "Admin"),
        (("POST", "registered-models/set-tag", {**MODEL, "key": "tried", "value": "x"}), "Admin Engineer"),
        (("POST", "experiments/create", {"name": "tried by {role}"}), "Admin Engineer Scientist"),
        (("POST", "registered-models/create", {"name": "tried by {role}"}), "Admin Engineer Scientist"),
        (("POST", "runs/create", {"experiment_id": "0"}), "Admin Engineer"),
        (("POST", "experiments/create", {"name": "flights_tuning"}), "Admin"),
        (("POST", "users/create", {"username": "new-{role}", "password": "a-long-enough-one"}), "Admin"),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("role", ROLES)
def test_mlflow_lets_a_role_change_what_it_may(
    demo: EventfulDemo, stack: ComposeStack, role: str, change: tuple[str, str, dict[str, Any]], allowed: str
) -> None:
    method, path, body = change
    own = {name: value.replace("{role}", role.lower()) for name, value in body.items()}
    with mlflow_as(stack, role) as client:
        status = client.request(method, f"/api/2.0/mlflow/{path}", json=own).status_code
    assert status == (200 if role in allowed.split() else 403)


@pytest.mark.parametrize("role", ROLES)
def test_what_a_pipeline_recorded_is_written_by_those_who_may_decide(
    demo: EventfulDemo, stack: ComposeStack, role: str
) -> None:
    with mlflow_as(stack, role) as client:
        version = client.get(
            "/api/2.0/mlflow/registered-models/alias", params={**MODEL, "alias": "champion"}
        ).raise_for_status()
        run = version.json()["model_version"]["run_id"]
        found = client.get("/api/2.0/mlflow/runs/get", params={"run_id": run}).raise_for_status()
        experiment = found.json()["run"]["info"]["experiment_id"]
        tag = client.post(
            "/api/2.0/mlflow/runs/set-tag", json={"run_id": run, "key": f"tried by {role}", "value": "x"}
        )
        path = f"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/tried by {role}.txt"
        file = client.put(path, content=b"words")
    expected = 200 if role in ("Admin", "Engineer") else 403
    assert (tag.status_code, file.status_code) == (expected, expected)
    name, _ = account_of(stack, role)
    acts = json.loads(stack.headgate("audit", "--who", name, "--format", "json").out)
    refused = "" if expected == 200 else " (refused, 403)"
    did = f"PUT {path.replace(' ', '%20')}{refused}", f"PUT {path}{refused}"
    assert [act for act in acts if act["did"] in did]


@pytest.mark.parametrize("role", ["Engineer", "Scientist", "Viewer"])
@pytest.mark.parametrize("path", ["registered-models/delete", "registered-models/alias"])
def test_a_model_is_not_deleted_by_the_address_of_another(
    demo: EventfulDemo, stack: ComposeStack, role: str, path: str
) -> None:
    own = {"name": f"own of {role.lower()}"}
    with mlflow_as(stack, role) as client:
        client.post("/api/2.0/mlflow/registered-models/create", json=own)
        answer = client.request(
            "DELETE",
            f"/api/2.0/mlflow/{path}",
            params={**own, "alias": "champion"},
            content=json.dumps({**MODEL, "alias": "champion"}),
        )
        assert answer.status_code == 415
        served = client.get("/api/2.0/mlflow/registered-models/alias", params={**MODEL, "alias": "champion"})
        assert served.status_code == 200


def test_pages_lead_to_mlflow(demo: EventfulDemo, stack: ComposeStack) -> None:
    with airflow_as(stack, "Viewer") as client:
        page = client.get("/headgate/pipelines/flights").text
    assert f'href="{stack.mlflow}/#/models/flights' in page


def test_a_viewer_may_change_their_own_password_alone(stack: ComposeStack) -> None:
    name, password = account_of(stack, "Viewer")
    with mlflow_as(stack, "Viewer") as client:
        path = "/api/2.0/mlflow/users/update-password"
        other = client.patch(path, json={"username": "eva", "password": "another-long-one"})
        assert other.status_code == 403
        own = {"username": name, "password": f"{password}-2", "current_password": password}
        changed = client.patch(path, json=own)
        assert changed.status_code == 200, changed.text
    with httpx.Client(base_url=stack.mlflow, auth=(name, f"{password}-2"), trust_env=False) as client:
        back = {"username": name, "password": password, "current_password": f"{password}-2"}
        client.patch(path, json=back).raise_for_status()


def test_accounts_come_change_their_role_and_go(stack: ComposeStack) -> None:
    file = stack.folder / "access.yaml"
    for role, expected in (("Viewer", 403), ("Engineer", 422), ("none", None)):
        file.write_text(access_text({**ACCOUNTS, "gus": role}))
        answer = stack.headgate("accounts")
        assert answer.code == 0, answer.err
        with httpx.Client(base_url=stack.airflow, timeout=30, trust_env=False) as client:
            if expected is None:
                with pytest.raises(httpx.HTTPStatusError, match="401"):
                    log_in(client, "gus", "whatever")
                continue
            words = dict(pair.split(":") for pair in stack.secret("ACCOUNT_PASSWORDS").split(","))
            log_in(client, "gus", words["gus"])
            limit = time.monotonic() + REMEMBERED
            while (status := client.post(RUNS, json={"conf": 1}).status_code) != expected:
                assert time.monotonic() < limit, status
                time.sleep(2)
    file.write_text(access_text())
    assert "gus" not in stack.secret("ACCOUNT_PASSWORDS")
    given = json.loads(stack.headgate("audit", "--what", "gus: engineer", "--format", "json").out)
    assert [(act["who"], act["place"], act["did"]) for act in given] == [
        (getpass.getuser(), "stack", "compose accounts")
    ]


def test_the_audit_says_who_did_what(demo: EventfulDemo, stack: ComposeStack) -> None:
    with mlflow_as(stack, "Engineer") as client:
        client.post(
            "/api/2.0/mlflow/registered-models/alias", json={**MODEL, "alias": "audited", "version": "1"}
        ).raise_for_status()
    with mlflow_as(stack, "Viewer") as client:
        client.request(
            "DELETE", "/api/2.0/mlflow/registered-models/alias", json={**MODEL, "alias": "audited"}
        )
    with airflow_as(stack, "Engineer") as client:
        client.patch("/api/v2/dags/flights_hourly", json={"is_paused": False}).raise_for_status()
    found = stack.headgate("audit", "--format", "json")
    assert found.code == 0, found.err
    acts = {(act["who"], act["place"], act["did"], act["what"]) for act in json.loads(found.out)}
    alias = "name flights, alias audited"
    assert ("eva", "mlflow", "POST registered-models/alias", f"{alias}, version 1") in acts
    assert ("vic", "mlflow", "DELETE registered-models/alias (refused, 403)", alias) in acts
    assert ("the rules of promotion", "headgate", "promote", "flights release 1, version 1") in acts
    assert any(act[:3] == ("eva", "airflow", "patch_dag") for act in acts)
    assert any(act[:3] == ("admin", "airflow", "create_backfill") for act in acts)
    asked = json.loads(stack.headgate("audit", "--who", getpass.getuser(), "--format", "json").out)
    assert {"compose demo", "compose audit"} <= {act["did"] for act in asked if act["place"] == "stack"}
    own = stack.headgate("audit", "--who", "vic", "--format", "json")
    assert {act["who"] for act in json.loads(own.out)} == {"vic"}
