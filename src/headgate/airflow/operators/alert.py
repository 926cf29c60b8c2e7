"""Look whether there is something to tell, and tell it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings


class AlertOperator(BaseOperator):
    """Tells of what a pipeline's records say now; with `test` in the run's form, sends a test message too.

    It needs neither engine nor pool. A message that did not arrive fails the task, without retry: the next
    run tries again.
    """

    ui_color = "#f2d6c9"

    def __init__(self, *, settings: Settings, pipeline: str, **task: Any) -> None:
        super().__init__(**task)
        self.settings, self.pipeline = settings, pipeline

    def execute(self, context: Context) -> None:
        """Look, and tell."""
        from headgate.airflow.alerts.tell import tell

        test = context["dag_run"].run_id if context["params"]["test"] else ""
        try:
            sent = tell(self.settings, self.pipeline, datetime.now(UTC), test)
        except HeadgateError as error:
            raise AirflowFailException(str(error)) from error.__cause__
        self.log.info("%s messages sent", sent)
