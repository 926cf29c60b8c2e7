"""The publish of a hop: a job whose Delta versions are one click away from its task."""

from __future__ import annotations

from collections.abc import Sequence

from airflow.sdk import BaseOperatorLink, Context

from headgate.airflow.links import PublishedVersionsLink
from headgate.airflow.operators.attempt_job import AttemptOperator


class PublishOperator(AttemptOperator):
    """Commits what `attempt` staged in `hop`; links to the versions that its tables got."""

    operator_extra_links: Sequence[BaseOperatorLink] = (PublishedVersionsLink(),)

    def execute(self, context: Context) -> None:
        """Run the job, and keep what it did for its lineage event."""
        super().execute(context)
        self.keep_lineage("published")
