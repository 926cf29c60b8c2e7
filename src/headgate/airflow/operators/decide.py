"""A decision about a closed gate, in the name of whoever triggered the run."""

from __future__ import annotations

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

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
        run = context["dag_run"]
        by = run.triggering_user_name
        if not by:
            refused = NobodyDecides(
                "A decision about a gate needs somebody who made it; nobody triggered this run.",
                where=f"run {run.run_id}",
                left="Nothing was decided.",
                next_command="Sign in to Airflow and trigger the DAG there, or use ./headgate gate.",
            )
            raise AirflowFailException(str(refused))
        form = context["params"]
        said = [part for name in ("decision", "digest", "why") for part in (f"--{name}", str(form[name]))]
        self.run_job([*self.arguments, *said, "--by", by])
