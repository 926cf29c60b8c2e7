"""The gate of a hop: a job whose validation report is one click away from its task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperatorLink, Context

from headgate.airflow.lineage.collect import collect, event_of
from headgate.airflow.links import ValidationReportLink
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from headgate.airflow.lineage.facts import TaskFacts


class GateOperator(ConnectJobOperator):
    """Validates what `attempt` staged in `hop`; links to its report."""

    template_fields: Sequence[str] = (*ConnectJobOperator.template_fields, "attempt")
    operator_extra_links: Sequence[BaseOperatorLink] = (ValidationReportLink(),)
    ui_color = "#f2e6c9"

    def __init__(
        self,
        *,
        settings: Settings,
        pipeline: str,
        hop: str,
        attempt: str,
        arguments: Sequence[str],
        **task: Any,
    ) -> None:
        super().__init__(arguments=arguments, **task)
        self.settings = settings
        self.pipeline, self.hop = pipeline, hop
        self.attempt = attempt
        self._lineage: TaskFacts | None = None

    def execute(self, context: Context) -> None:
        """Run the job, and keep what it did for its lineage event."""
        try:
            super().execute(context)
        finally:
            self._lineage = collect("judged", self.settings, self.pipeline, self.hop, self.attempt)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """Asked by OpenLineage's provider: the tables that were judged, with what was found."""
        return event_of(self._lineage)

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> Any:
        """The same of a gate that closed."""
        return event_of(self._lineage)
