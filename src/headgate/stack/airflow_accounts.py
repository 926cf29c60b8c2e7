"""Roles and accounts in Airflow, by its auth manager's API: made to be what `access.yaml` says."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import httpx

from headgate.spec.errors import HeadgateError
from headgate.stack.access import Access

ROLES, USERS = "/auth/fab/v1/roles", "/auth/fab/v1/users"


class NoSuchPermission(HeadgateError):
    """A role of `access.yaml` names a permission that Airflow does not have."""


def log_in(client: httpx.Client, user: str, password: str) -> None:
    """Let `client`, whose base is Airflow's address, speak as `user`. Raises httpx.HTTPStatusError."""
    answer = client.post("/auth/token", json={"username": user, "password": password})
    client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"


def apply_to_airflow(client: httpx.Client, access: Access, passwords: dict[str, str]) -> None:
    """Make roles and accounts what `access` says; accounts of others stay as they are.

    A new account gets its password of `passwords`; one that exists keeps its own. What Airflow's roles
    Admin, Op, User and Viewer may do of themselves, they go on being allowed. `client` is an
    administrator's. Raises NoSuchPermission, httpx.HTTPStatusError.
    """
    listed = client.get(ROLES, params={"limit": 100}).raise_for_status().json()["roles"]
    there = {role["name"]: _permissions(role) for role in listed}
    for name, role in access.roles.items():
        wanted = {permission for like in role.airflow.like for permission in there[like]}
        wanted |= {(action, on) for action, on in (text.split(" on ", 1) for text in role.airflow.also)}
        if there.get(name) == wanted:
            continue
        _require_known(name, wanted - there["Admin"], there["Admin"])
        actions = [{"action": {"name": action}, "resource": {"name": on}} for action, on in sorted(wanted)]
        body = {"name": name, "actions": actions}
        if name in there:
            client.patch(f"{ROLES}/{name}", json=body).raise_for_status()
        else:
            client.post(ROLES, json=body).raise_for_status()
    for name, role_name in access.held.items():
        _ensure(client, name, role_name, passwords)
    for name in access.taken_away:
        if _user(client, name) is not None:
            client.delete(f"{USERS}/{name}").raise_for_status()


def _require_known(role: str, unknown: set[tuple[str, str]], known: set[tuple[str, str]]) -> None:
    """Raise NoSuchPermission for the first of `unknown`, with those that are spelled most like it."""
    if not unknown:
        return
    named = sorted(" on ".join(pair) for pair in unknown)[0]
    near = get_close_matches(named, sorted(" on ".join(pair) for pair in known), n=3)
    raise NoSuchPermission(
        f"The role {role} names a permission that Airflow does not have: {named}",
        where="access.yaml",
        left="Roles that come before it are what the file says; this one and all accounts are as they were.",
        next_command=f"Write one that it has{': ' + ', '.join(near) if near else ''}; then "
        "./headgate compose accounts",
    )


def _ensure(client: httpx.Client, name: str, role: str, passwords: dict[str, str]) -> None:
    found, roles = _user(client, name), [{"name": role}]
    if found is None:
        body = {
            "username": name,
            "email": f"{name}@localhost",
            "first_name": name,
            "last_name": role,
            "roles": roles,
            "password": passwords[name],
        }
        client.post(USERS, json=body).raise_for_status()
    elif found["roles"] != roles:
        answer = client.patch(f"{USERS}/{name}", params={"update_mask": "roles"}, json={"roles": roles})
        answer.raise_for_status()


def _user(client: httpx.Client, name: str) -> dict[str, Any] | None:
    answer = client.get(f"{USERS}/{name}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return None
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def _permissions(role: dict[str, Any]) -> set[tuple[str, str]]:
    return {(pair["action"]["name"], pair["resource"]["name"]) for pair in role["actions"]}
