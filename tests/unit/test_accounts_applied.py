"""Airflow and MLflow become what `access.yaml` says, and stay untouched where they are so already."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from headgate.stack.access import Access
from headgate.stack.airflow_accounts import NoSuchPermission, apply_to_airflow
from headgate.stack.mlflow_accounts import apply_to_mlflow

RIGHTS = {"experiment": "READ", "registered_model": "READ"}


def access(accounts: dict[str, str], level: str = "READ", also: str = "can_read on Plugins") -> Access:
    viewer = {"airflow": {"like": ["Viewer"], "also": [also]}, "mlflow": {**RIGHTS, "experiment": level}}
    chief = {"airflow": {"like": ["Admin"]}, "mlflow": "admin"}
    return Access.model_validate({"roles": {"Looker": viewer, "Chief": chief}, "accounts": accounts})


class Server:
    """A stand-in that keeps what it is told; `written` lists what changed it."""

    def __init__(self, answer: Callable[[str, str, dict[str, Any]], Any]) -> None:
        self.written: list[str] = []
        self._answer = answer
        transport = httpx.MockTransport(self._handle)
        self.client = httpx.Client(base_url="http://server", transport=transport)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}") | dict(request.url.params)
        path = request.url.path
        if request.method != "GET":
            self.written.append(f"{request.method} {path.rpartition('/mlflow/')[2]}")
        found = self._answer(request.method, path, body)
        return httpx.Response(404) if found is None else httpx.Response(200, json=found)


def airflow() -> tuple[Server, dict[str, Any], dict[str, Any]]:
    def pair(action: str, on: str) -> dict[str, Any]:
        return {"action": {"name": action}, "resource": {"name": on}}

    roles: dict[str, Any] = {
        "Viewer": {"name": "Viewer", "actions": [pair("can_read", "DAGs")]},
        "Admin": {
            "name": "Admin",
            "actions": [
                pair("can_edit", "Users"),
                *(pair("can_read", on) for on in ("DAGs", "Plugins", "Jobs")),
            ],
        },
    }
    users: dict[str, Any] = {}

    def answer(method: str, path: str, body: dict[str, Any]) -> Any:
        kept, name = (roles if "/roles" in path else users), path.split("/")[-1]
        if method == "GET":
            return {"roles": [*roles.values()]} if name == "roles" else kept.get(name)
        if method == "DELETE":
            return kept.pop(name)
        key = body.get("name") or body.get("username") or name
        kept[key] = {**kept.get(key, {}), **body}
        kept[key].pop("update_mask", None)
        return kept[key]

    return Server(answer), roles, users


def mlflow() -> tuple[Server, dict[str, Any], dict[str, Any]]:
    roles: dict[str, Any] = {}
    users: dict[str, Any] = {}

    def answer(method: str, path: str, body: dict[str, Any]) -> Any:
        role = next((r for r in roles.values() if r["id"] == body.get("role_id")), None)
        user = users.get(body.get("username", ""))
        match path.rpartition("/mlflow/")[2]:
            case "roles/list":
                return {"roles": [*roles.values()]}
            case "roles/create":
                roles[body["name"]] = {"id": len(roles) + 1, "name": body["name"], "permissions": []}
                return {"role": dict(roles[body["name"]])}
            case "roles/permissions/add":
                assert role is not None
                role["permissions"] = [
                    *role["permissions"],
                    {"id": 10 * body["role_id"] + len(role["permissions"]), **body},
                ]
            case "roles/permissions/update":
                grants = [grant for r in roles.values() for grant in r["permissions"]]
                next(g for g in grants if g["id"] == body["role_permission_id"])["permission"] = body[
                    "permission"
                ]
            case "roles/assign":
                assert user is not None
                user["roles"].append(body["role_id"])
            case "roles/unassign":
                assert user is not None
                user["roles"].remove(body["role_id"])
            case "users/roles/list":
                assert user is not None
                return {"roles": [{"id": number} for number in user["roles"]]}
            case "users/get":
                return None if user is None else {"user": user}
            case "users/create":
                users[body["username"]] = {"password": body["password"], "is_admin": False, "roles": []}
            case "users/update-admin":
                assert user is not None
                user["is_admin"] = body["is_admin"]
            case "users/delete":
                users.pop(body["username"])
            case other:
                raise AssertionError(other)
        return {}

    return Server(answer), roles, users


def test_airflow_becomes_what_the_file_says_and_then_rests() -> None:
    server, roles, users = airflow()
    wanted = access({"ana": "Looker", "cleo": "Chief"})
    apply_to_airflow(server.client, wanted, {"ana": "first", "cleo": "second"})
    assert [p["resource"]["name"] for p in roles["Looker"]["actions"]] == ["DAGs", "Plugins"]
    assert (users["ana"]["roles"], users["ana"]["password"]) == ([{"name": "Looker"}], "first")
    server.written.clear()
    apply_to_airflow(server.client, wanted, {"ana": "another", "cleo": "second"})
    assert server.written == []
    changed = access({"ana": "Chief", "cleo": "none", "never": "none"}, also="can_read on Jobs")
    apply_to_airflow(server.client, changed, {"ana": "another"})
    assert [p["resource"]["name"] for p in roles["Looker"]["actions"]] == ["DAGs", "Jobs"]
    assert (users["ana"]["roles"], users["ana"]["password"]) == ([{"name": "Chief"}], "first")
    assert list(users) == ["ana"]


def test_a_permission_that_airflow_does_not_have_is_refused_with_those_like_it() -> None:
    server, roles, _ = airflow()
    with pytest.raises(NoSuchPermission) as refused:
        apply_to_airflow(
            server.client, access({"ana": "Looker"}, also="can_read on Plugin"), {"ana": "first"}
        )
    assert str(refused.value) == (
        "The role Looker names a permission that Airflow does not have: can_read on Plugin\n"
        "  where: access.yaml\n"
        "  left behind: Roles that come before it are what the file says; this one and all accounts are as "
        "they were.\n"
        "  next: Write one that it has: can_read on Plugins, can_read on Jobs, can_read on DAGs; then "
        "./headgate compose accounts"
    )
    assert (server.written, "Looker" in roles) == ([], False)


def test_mlflow_becomes_what_the_file_says_and_then_rests() -> None:
    server, roles, users = mlflow()
    wanted = access({"ana": "Looker", "cleo": "Chief"})
    apply_to_mlflow(server.client, wanted, {"ana": "first", "cleo": "second"})
    assert {g["resource_type"]: g["permission"] for g in roles["Looker"]["permissions"]} == RIGHTS
    assert users == {
        "ana": {"password": "first", "is_admin": False, "roles": [1]},
        "cleo": {"password": "second", "is_admin": True, "roles": [2]},
    }
    server.written.clear()
    apply_to_mlflow(server.client, wanted, {"ana": "another", "cleo": "second"})
    assert server.written == []
    apply_to_mlflow(server.client, access({"ana": "Chief", "cleo": "none"}, "EDIT"), {"ana": "another"})
    assert users == {"ana": {"password": "first", "is_admin": True, "roles": [2]}}
    levels = {grant["resource_type"]: grant["permission"] for grant in roles["Looker"]["permissions"]}
    assert levels["experiment"] == "EDIT"
