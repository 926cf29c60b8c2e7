"""Airflow's way to alert: a notifier that tasks call when they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from airflow.sdk import Context
from airflow.sdk.bases.notifier import BaseNotifier

from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings


class AlertNotifier(BaseNotifier):
    """Tells of whatever a pipeline's records say and nobody was told yet.

    What goes wrong on the way is in the task's log; the task ends as it would have. The DAG
    `<pipeline>_alerts` tries again.
    """

    def __init__(self, settings: Settings, pipeline: str) -> None:
        super().__init__()
        self.settings, self.pipeline = settings, pipeline

    def notify(self, context: Context) -> None:
        """Look at the records and tell. Raises NotTold."""
        from headgate.airflow.alerts.tell import tell

        tell(self.settings, self.pipeline, datetime.now(UTC))


def notifiers(settings: Settings, pipeline: Pipeline) -> Sequence[AlertNotifier]:
    """The callbacks of a task after which there may be something to tell; none without `alerts`."""
    return [AlertNotifier(settings, pipeline.pipeline)] if pipeline.alerts else []
