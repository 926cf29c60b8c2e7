"""The gate of a hop: a job whose validation report is one click away from its task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperatorLink, Context

from headgate.airflow.links import ValidationReportLink
from headgate.airflow.operators.attempt_job import AttemptOperator


class GateOperator(AttemptOperator):
    """Validates what `attempt` staged in `hop`; links to its report."""

    operator_extra_links: Sequence[BaseOperatorLink] = (ValidationReportLink(),)
    ui_color = "#f2e6c9"

    def execute(self, context: Context) -> None:
        """Run the job, and keep what it did for its lineage event."""
        try:
            super().execute(context)
        finally:
            self.keep_lineage("judged")

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> Any:
        """Asked of a gate that closed: the same as of one that opened."""
        return self.get_openlineage_facets_on_complete(task_instance)
