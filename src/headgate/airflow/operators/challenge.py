"""The beginning of a trial, in the name of whoever triggered the run."""

from __future__ import annotations

from airflow.sdk import Context

from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.decide import who_decides


class ChallengeOperator(ConnectJobOperator):
    """Runs the job with the run's form (`model`, `why`) and its user as `by`.

    Airflow has checked that this user may trigger the DAG.
    """

    def execute(self, context: Context) -> None:
        """Put the model on trial; refuses a run without a user."""
        by, form = who_decides(context["dag_run"], "A trial", "./headgate challenge"), context["params"]
        said = ["--model", str(form["model"]), "--why", str(form["why"]), "--by", by]
        self.run_job([*self.arguments, *said])
