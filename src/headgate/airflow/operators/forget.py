"""Forgetting a subject, in the name of whoever triggered the run."""

from __future__ import annotations

import json

from airflow.sdk import Context

from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.decide import who_decides


class ForgetOperator(ConnectJobOperator):
    """Runs the job with the run's form (`table`, `secret_key`, `why`), and its user as `by`.

    Airflow has checked that this user may trigger the DAG. The key is in no field that Airflow keeps, besides
    the run's own form.
    """

    def execute(self, context: Context) -> None:
        """Forget; refuses a run without a user."""
        form = context["params"]
        by = who_decides(context["dag_run"], "Forgetting", "./headgate forget")
        said = ["--table", str(form["table"]), "--key", json.dumps(form["secret_key"])]
        self.run_job([*self.arguments, *said, "--why", str(form["why"]), "--by", by])
