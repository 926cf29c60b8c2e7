"""A job about what an attempt staged; what it did is kept for its lineage event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headgate.airflow.lineage.collect import collect, event_of
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from headgate.airflow.lineage.facts import TaskFacts


class AttemptOperator(ConnectJobOperator):
    """Runs a job on what `attempt` staged in `hop`."""

    template_fields: Sequence[str] = (*ConnectJobOperator.template_fields, "attempt")

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

    def keep_lineage(self, read: str) -> None:
        """Keep what `read`, a function of `lineage.facts`, finds of the attempt."""
        self._lineage = collect(read, self.settings, self.pipeline, self.hop, self.attempt)

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """Asked by OpenLineage's provider: the tables, and what was found in or made of them."""
        return event_of(self._lineage)
