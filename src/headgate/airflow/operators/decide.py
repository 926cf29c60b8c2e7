"""A decision about a closed gate, in the name of whoever triggered the run."""

from __future__ import annotations

from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

from headgate.airflow.names import ACCOUNT_OF_COMMANDS, ASKED_BY
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.spec.errors import HeadgateError


class NobodyDecides(HeadgateError):
    """The run was triggered by nobody that Airflow knows."""


class DecideOperator(ConnectJobOperator):
    """Runs the job with the run's form (`decision`, `digest`, `why`), and the user who triggered it as `by`.

    Airflow has checked that this user may trigger the DAG.
    """

    def execute(self, context: Context) -> None:
        """Put the decision on record; refuses a run without a user."""
        by = who_decides(context["dag_run"], "A decision about a gate", "./headgate gate")
        form = context["params"]
        said = [part for name in ("decision", "digest", "why") for part in (f"--{name}", str(form[name]))]
        self.run_job([*self.arguments, *said, "--by", by])


def who_asked(run: Any) -> str:
    """The user who triggered the run, or for whom a command did; empty where nobody did.

    Commands say in the conf who asked for them, and no other account is believed that.
    """
    user = str(run.triggering_user_name or "")
    told = (run.conf or {}).get(ASKED_BY) if user == ACCOUNT_OF_COMMANDS else None
    return str(told or user)


def who_decides(run: Any, what: str, command: str) -> str:
    """Who asked for the run; raises AirflowFailException where nobody triggered it."""
    if run.triggering_user_name:
        return who_asked(run)
    refused = NobodyDecides(
        f"{what} needs somebody who made it; nobody triggered this run.",
        where=f"run {run.run_id}",
        left="Nothing was decided.",
        next_command=f"Sign in to Airflow and trigger the DAG there, or use {command}.",
    )
    raise AirflowFailException(str(refused))
