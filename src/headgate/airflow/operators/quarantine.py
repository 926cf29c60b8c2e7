"""A request about rows in quarantine, as the run's form puts it."""

from __future__ import annotations

import json

from airflow.sdk import Context

from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.decide import who_asked

FIELDS = ("table", "action", "rules", "rows", "why")
"""The fields of the form that the request takes as they are."""


class QuarantineOperator(ConnectJobOperator):
    """Runs the job with `--request`: the form's fields and who sent it, as JSON."""

    def execute(self, context: Context) -> None:
        """Put the request on record."""
        form = {name: context["params"][name] for name in FIELDS}
        form["values"] = context["params"]["secret_values"]
        who = who_asked(context["dag_run"])
        self.run_job([*self.arguments, "--request", json.dumps({**form, "requested_by": who})])
