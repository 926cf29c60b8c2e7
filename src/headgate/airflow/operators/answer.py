"""The answer about one candidate, in the name of whoever gave it in Airflow."""

from __future__ import annotations

from airflow.sdk import Context

from headgate.airflow.operators.connect_job import ConnectJobOperator

APPROVE_TASK = "approve"


class AnswerOperator(ConnectJobOperator):
    """Runs the job with the release that the run's configuration names and the answer of the task `approve`.

    Where nobody answered in time, Airflow takes the default and names nobody.
    """

    def execute(self, context: Context) -> None:
        """Record the answer."""
        from airflow.providers.standard.operators.hitl import ApprovalOperator

        from headgate.releases.answer import NOBODY

        given = context["ti"].xcom_pull(task_ids=APPROVE_TASK)
        who = given["responded_by_user"]
        approved = given["chosen_options"] == [ApprovalOperator.APPROVE]
        said = ["--release", str(int((context["dag_run"].conf or {})["release"]))]
        said += ["--approved", "yes" if approved else "no", "--by", str(who["name"]) if who else NOBODY]
        self.run_job([*self.arguments, *said])
