"""MLflow's account for pipelines: it owns what they record there; made where it is missing."""

from __future__ import annotations

import os

import httpx

ADMINISTRATOR, PIPELINES = "admin", "pipelines"
USERS = "/api/2.0/mlflow/users"
TIMEOUT = 30.0


def ensure_account(client: httpx.Client, user: str, password: str) -> None:
    """Make an ordinary account `user`; one that exists gets the password. `client` is the administrator's.

    Raises httpx.HTTPStatusError.
    """
    if client.get(f"{USERS}/get", params={"username": user}).status_code == httpx.codes.NOT_FOUND:
        answer = client.post(f"{USERS}/create", json={"username": user, "password": password})
    else:
        answer = client.patch(f"{USERS}/update-password", json={"username": user, "password": password})
    answer.raise_for_status()


def main() -> None:
    """Do it, with address and passwords of the environment."""
    address, login = os.environ["MLFLOW_TRACKING_URI"], (ADMINISTRATOR, os.environ["MLFLOW_ADMIN_PASSWORD"])
    with httpx.Client(base_url=address, auth=login, timeout=TIMEOUT, trust_env=False) as client:
        ensure_account(client, PIPELINES, os.environ["MLFLOW_PIPELINES_PASSWORD"])


if __name__ == "__main__":
    main()
