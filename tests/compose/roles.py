"""Accounts of the test stack, one for each role, and how they speak to Airflow and MLflow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from headgate.spec.settings import REPOSITORY
from headgate.stack.access import passwords_of
from headgate.stack.airflow_accounts import log_in
from tests.compose.compose_stack import ComposeStack

ACCOUNTS = {"adam": "Admin", "eva": "Engineer", "sam": "Scientist", "vic": "Viewer"}
ROLES = tuple(ACCOUNTS.values())


def access_text(accounts: dict[str, str] = ACCOUNTS) -> str:
    """The bundled `access.yaml` with these accounts."""
    text = (REPOSITORY / "access.yaml").read_text()
    lines = "\n".join(f"  {name}: {role}" for name, role in accounts.items())
    return text.replace("accounts: {}", f"accounts:\n{lines}")


def account_of(stack: ComposeStack, role: str) -> tuple[str, str]:
    """Name and first password of the account that has a role."""
    name = next(name for name, held in ACCOUNTS.items() if held == role)
    return name, passwords_of(stack.secret("ACCOUNT_PASSWORDS"))[name]


@contextmanager
def airflow_as(stack: ComposeStack, role: str) -> Iterator[httpx.Client]:
    """A client of Airflow that has signed in as the account of a role."""
    with httpx.Client(base_url=stack.airflow, timeout=30, trust_env=False) as client:
        log_in(client, *account_of(stack, role))
        yield client


def mlflow_as(stack: ComposeStack, role: str) -> httpx.Client:
    """A client of MLflow for the account of a role."""
    return httpx.Client(base_url=stack.mlflow, auth=account_of(stack, role), timeout=30, trust_env=False)
