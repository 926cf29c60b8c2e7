"""`headgate up`."""

from __future__ import annotations

import time

from rich.console import Console

from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.layout import Layout
from headgate.stack.secrets import AIRFLOW_USER
from headgate.stack.start import start_stack


def up() -> None:
    """Start the embedded stack and return when a DAG can run.

    PostgreSQL, the Spark engine, MLflow and Airflow listen on 127.0.0.1 and unix sockets only. A stack
    that already runs is left as it is.
    """
    settings = Settings()
    console = Console(highlight=False)
    begun = time.monotonic()
    start_stack(settings, lambda line: console.print(f"  {line}", markup=False))
    found = addresses(settings)
    console.print(f"The stack is up ({time.monotonic() - begun:.0f} s).")
    console.print(f"  Airflow  {found.airflow}   user {AIRFLOW_USER}, password in")
    console.print(f"           {Layout.of(settings).secrets / 'airflow_password'}", soft_wrap=True)
    console.print(f"  MLflow   {found.mlflow}")
