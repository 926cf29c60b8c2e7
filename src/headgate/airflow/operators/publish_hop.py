"""The publish of a hop: a job whose Delta versions are one click away from its task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperatorLink

from headgate.airflow.links import PublishedVersionsLink
from headgate.airflow.operators.connect_job import ConnectJobOperator


class PublishOperator(ConnectJobOperator):
    """Commits what `attempt` staged in `hop`; links to the versions that its tables got."""

    template_fields: Sequence[str] = (*ConnectJobOperator.template_fields, "attempt")
    operator_extra_links: Sequence[BaseOperatorLink] = (PublishedVersionsLink(),)

    def __init__(
        self, *, pipeline: str, hop: str, attempt: str, arguments: Sequence[str], **task: Any
    ) -> None:
        super().__init__(arguments=arguments, **task)
        self.pipeline, self.hop = pipeline, hop
        self.attempt = attempt
