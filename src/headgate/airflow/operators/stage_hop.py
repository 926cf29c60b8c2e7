"""The first task of a hop: it names the attempt; the first of a run also sees to its turn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException, AirflowRescheduleException

from headgate.airflow.names import ATTEMPT_KEY, new_attempt, replay_dag_id
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.wait_until_quiet import WAIT_TASK
from headgate.airflow.timing import TURN_INTERVAL
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR

STILL_WAITING = ["scheduled", "queued", "running", "up_for_reschedule", "up_for_retry"]
ALLOWED_RUNS = ("scheduled", "backfill")


class ManualRunRefused(HeadgateError):
    """A run that neither the schedule nor a backfill made: it says nothing about which hour it means."""


class StageOperator(ConnectJobOperator):
    """Stages one hop of the run's hour into a fresh attempt, named in the XCom `attempt`.

    With `opens_run`, manual runs are refused and the task comes back later while an earlier hour's run of
    the DAG is running or hours are derived again; a scheduled run also until `grace` after the hour's end.
    """

    def __init__(
        self,
        *,
        pipeline: str,
        opens_run: bool,
        grace: timedelta,
        arguments: Sequence[str],
        **task: Any,
    ) -> None:
        super().__init__(arguments=arguments, **task)
        self.grace = grace
        self.pipeline = pipeline
        self.opens_run = opens_run

    def execute(self, context: Context) -> None:
        """Choose the attempt's name and stage into it."""
        if self.opens_run:
            self._refuse_manual_run(context)
            self._wait_for_late_files(context)
            self._wait_for_turn(context)
        hour = _hour_of(context)
        attempt = new_attempt(hour)
        context["ti"].xcom_push(key=ATTEMPT_KEY, value=attempt)
        self.run_job([*self.arguments, "--hour", hour.isoformat(), "--attempt", attempt])

    def _refuse_manual_run(self, context: Context) -> None:
        run = context["dag_run"]
        if run.run_type not in ALLOWED_RUNS:
            raise AirflowFailException(str(manual_run_refused(self.pipeline, run.run_id)))

    def _wait_for_late_files(self, context: Context) -> None:
        begin = _hour_of(context) + HOUR + self.grace
        if context["dag_run"].run_type == "scheduled" and self.grace and datetime.now(UTC) < begin:
            self.log.info("waiting until %s for files that are late", begin)
            raise AirflowRescheduleException(begin)  # type: ignore[no-untyped-call]

    def _wait_for_turn(self, context: Context) -> None:
        earlier = context["ti"].get_previous_dagrun(state="running")
        if earlier is not None:
            self.log.info("waiting for the run of %s to end", earlier.logical_date)
            raise AirflowRescheduleException(datetime.now(UTC) + TURN_INTERVAL)  # type: ignore[no-untyped-call]
        if self._replay_is_at_work(context["ti"]):
            self.log.info("waiting for hours that are derived again")
            raise AirflowRescheduleException(datetime.now(UTC) + TURN_INTERVAL)  # type: ignore[no-untyped-call]

    def _replay_is_at_work(self, ti: Any) -> bool:
        """Whether a replay runs, other than one that itself waits for hours to end."""
        dag_id = replay_dag_id(self.pipeline)
        running: int = ti.get_dr_count(dag_id=dag_id, states=["running"])
        return running > 0 and running > ti.get_ti_count(
            dag_id=dag_id, task_ids=[WAIT_TASK], states=STILL_WAITING
        )


def manual_run_refused(pipeline: str, run_id: str) -> ManualRunRefused:
    """The refusal of a manual run, with the ways that lead to what was meant."""
    return ManualRunRefused(
        "This is a manual run, and a manual run does not say which hour it means.",
        where=f"run {run_id}",
        left="Nothing was read or written. Delete the run, so that it does not stand in its hour's place.",
        next_command="Open Trigger, choose Backfill and give the hours, from and to, both included; "
        f"or: ./headgate run {pipeline} --from HOUR --to HOUR, with hours like 2013-01-29T07",
    )


def _hour_of(context: Context) -> datetime:
    logical_date = context["dag_run"].logical_date
    if logical_date is None:
        raise AirflowFailException("This run has no logical date, so there is no hour to stage.")
    return logical_date.astimezone(UTC)
