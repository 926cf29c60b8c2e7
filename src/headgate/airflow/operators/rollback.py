"""A way back to an earlier release, in the name of whoever triggered the run."""

from __future__ import annotations

from airflow.sdk import Context

from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.decide import who_decides


class RollbackOperator(ConnectJobOperator):
    """Runs the job with the run's form (`release`, `tables`, `why`), its id, and its user as `by`.

    Airflow has checked that this user may trigger the DAG.
    """

    def execute(self, context: Context) -> None:
        """Go back; refuses a run without a user."""
        run, form = context["dag_run"], context["params"]
        by = who_decides(run, "A way back", "./headgate rollback")
        said = ["--release", str(form["release"]), "--tables", "yes" if form["tables"] else "no"]
        self.run_job([*self.arguments, *said, "--why", str(form["why"]), "--by", by, "--run", run.run_id])
