"""Roles and accounts in MLflow: the one by which pipelines record, and those of `access.yaml`."""

from __future__ import annotations

from typing import Any

import httpx

from headgate.stack.access import Access, MlflowRights, Role

PIPELINES = "pipelines"
USERS, ROLES = "/api/2.0/mlflow/users", "/api/3.0/mlflow/roles"
WORKSPACE = "default"
"""Where MLflow keeps roles while it is not divided into workspaces."""


def ensure_account(client: httpx.Client, user: str, password: str) -> None:
    """Make an ordinary account `user`; one that exists gets the password. `client` is the administrator's.

    Raises httpx.HTTPStatusError.
    """
    if not _ensure_user(client, user, password):
        body = {"username": user, "password": password}
        client.patch(f"{USERS}/update-password", json=body).raise_for_status()


def apply_to_mlflow(client: httpx.Client, access: Access, passwords: dict[str, str]) -> None:
    """Make roles and accounts what `access` says; accounts of others stay as they are.

    A new account gets its password of `passwords`; one that exists keeps its own. `client` is the
    administrator's. Raises httpx.HTTPStatusError.
    """
    roles = _roles(client)
    for name, role in access.roles.items():
        if name not in roles:
            body = {"name": name, "workspace": WORKSPACE}
            roles[name] = client.post(f"{ROLES}/create", json=body).raise_for_status().json()["role"]
        _grant(client, roles[name], role)
    for name, role_name in access.held.items():
        _ensure_user(client, name, passwords[name])
        _assign(client, name, roles[role_name]["id"], {roles[known]["id"] for known in access.roles})
        admin = access.roles[role_name].mlflow == "admin"
        if _user(client, name).get("is_admin") is not admin:
            told = {"username": name, "is_admin": admin}
            client.patch(f"{USERS}/update-admin", json=told).raise_for_status()
    for name in access.taken_away:
        if _known(client, name):
            client.request("DELETE", f"{USERS}/delete", json={"username": name}).raise_for_status()


def _roles(client: httpx.Client) -> dict[str, dict[str, Any]]:
    answer = client.get(f"{ROLES}/list", params={"workspace": WORKSPACE}).raise_for_status()
    return {role["name"]: role for role in answer.json()["roles"]}


def _grant(client: httpx.Client, there: dict[str, Any], role: Role) -> None:
    wanted = role.mlflow.model_dump() if isinstance(role.mlflow, MlflowRights) else {}
    present = {grant["resource_type"]: grant for grant in there.get("permissions", [])}
    for kind, level in wanted.items():
        if kind not in present:
            body = {
                "role_id": there["id"],
                "resource_type": kind,
                "resource_pattern": "*",
                "permission": level,
            }
            client.post(f"{ROLES}/permissions/add", json=body).raise_for_status()
        elif present[kind]["permission"] != level:
            change = {"role_permission_id": present[kind]["id"], "permission": level}
            client.patch(f"{ROLES}/permissions/update", json=change).raise_for_status()
    for kind in present.keys() - wanted.keys():
        gone = {"role_permission_id": present[kind]["id"]}
        client.request("DELETE", f"{ROLES}/permissions/remove", json=gone).raise_for_status()


def _assign(client: httpx.Client, user: str, role: int, ours: set[int]) -> None:
    answer = client.get("/api/3.0/mlflow/users/roles/list", params={"username": user}).raise_for_status()
    held = {found["id"] for found in answer.json()["roles"]}
    for other in (held & ours) - {role}:
        body = {"username": user, "role_id": other}
        client.request("DELETE", f"{ROLES}/unassign", json=body).raise_for_status()
    if role not in held:
        client.post(f"{ROLES}/assign", json={"username": user, "role_id": role}).raise_for_status()


def _ensure_user(client: httpx.Client, user: str, password: str) -> bool:
    """Make the account where it is missing; returns whether it was."""
    if _known(client, user):
        return False
    body = {"username": user, "password": password}
    client.post(f"{USERS}/create", json=body).raise_for_status()
    return True


def _known(client: httpx.Client, user: str) -> bool:
    return bool(_user(client, user))


def _user(client: httpx.Client, user: str) -> dict[str, Any]:
    """What MLflow says of an account; nothing where there is none."""
    answer = client.get(f"{USERS}/get", params={"username": user})
    if answer.status_code == httpx.codes.NOT_FOUND:
        return {}
    found: dict[str, Any] = answer.raise_for_status().json()["user"]
    return found
