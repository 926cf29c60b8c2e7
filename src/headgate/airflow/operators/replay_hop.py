"""The first task of a hop that is derived again, for the hours that the run's form names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow.names import ATTEMPT_KEY, new_attempt
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.spec.layers import LAYERS


class ReplayStageOperator(ConnectJobOperator):
    """Stages `hop` for the form's hours `from`..`to` into a fresh attempt, named in the XCom `attempt`.

    Skips itself, and so the hop, where the form says to read a later layer.
    """

    def __init__(self, *, hop: str, arguments: Sequence[str], **task: Any) -> None:
        super().__init__(arguments=arguments, **task)
        self.hop = hop

    def execute(self, context: Context) -> None:
        """Stage the hours as one range."""
        form = context["params"]
        if LAYERS.index(self.hop) <= LAYERS.index(form["layer"]):
            raise AirflowSkipException(f"The form says to read {form['layer']} as it is.")
        attempt = new_attempt(_moment(form["to"]))
        context["ti"].xcom_push(key=ATTEMPT_KEY, value=attempt)
        self.run_job([*self.arguments, *form_hours(form), "--attempt", attempt])


def form_hours(form: Mapping[str, Any]) -> list[str]:
    """The form's hours, as arguments of a job."""
    first, last = (_moment(form[name]).isoformat() for name in ("from", "to"))
    return ["--from-hour", first, "--hour", last]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
