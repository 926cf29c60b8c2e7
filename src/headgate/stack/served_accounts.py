"""The accounts of a served stack: whenever it starts, Airflow and MLflow are made what `access.yaml` says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import httpx

from headgate.spec.errors import HeadgateError
from headgate.stack.access import passwords_of, read_access
from headgate.stack.airflow_accounts import apply_to_airflow, log_in
from headgate.stack.mlflow_accounts import PIPELINES, apply_to_mlflow, ensure_account

ADMINISTRATOR = "admin"
TIMEOUT = 60.0


class NoFirstPassword(HeadgateError):
    """An account is to be there for which `.env` holds no password."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"no first password for {', '.join(names)}",
            "ACCOUNT_PASSWORDS in .env",
            "no account was changed",
            "./headgate compose accounts",
        )


def main() -> None:
    """Do it, with addresses and passwords of the environment. Raises AccessRefused, NoFirstPassword."""
    at = os.environ
    access, passwords = read_access(Path(at["HEADGATE_ACCESS"])), passwords_of(at["ACCOUNT_PASSWORDS"])
    without = sorted(access.held.keys() - passwords.keys())
    if without:
        raise NoFirstPassword(without)
    login = (ADMINISTRATOR, at["MLFLOW_ADMIN_PASSWORD"])
    with httpx.Client(base_url=at["MLFLOW"], auth=login, timeout=TIMEOUT, trust_env=False) as mlflow:
        ensure_account(mlflow, PIPELINES, at["MLFLOW_PIPELINES_PASSWORD"])
        apply_to_mlflow(mlflow, access, passwords)
    with httpx.Client(base_url=at["AIRFLOW"], timeout=TIMEOUT, trust_env=False) as airflow:
        log_in(airflow, ADMINISTRATOR, at["AIRFLOW_ADMIN_PASSWORD"])
        apply_to_airflow(airflow, access, passwords)


if __name__ == "__main__":
    try:
        main()
    except HeadgateError as refused:
        sys.exit(f"error: {refused}")
