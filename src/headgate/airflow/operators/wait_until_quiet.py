"""Wait until no run of another DAG is due or under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseSensorOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow.timing import QUIET_INTERVAL, QUIET_TIMEOUT

WAIT_TASK = "wait_until_quiet"
BUSY = ["queued", "running"]
STUCK = (
    "waiting for %s queued runs of %s, of which none is at work. Airflow does not start runs that were "
    "cleared after their backfill was cancelled, nor those of a paused DAG. If they stay queued, mark them "
    "as failed on the page of %s: this goes on then, and ./headgate run does their hours"
)


class WaitUntilQuietOperator(BaseSensorOperator):
    """Succeeds once `upstream_dag_id` has neither queued nor running runs; holds no slot while it waits.

    With `leaves_to_next`, it skips its run where another run of its own DAG is queued behind it, which will
    find all that this one would. Many hours that come in one go, a backfill say, are so learned from once.
    `busy` are the states of runs that are waited for.
    """

    ui_color = "#e4e4ee"

    def __init__(
        self,
        *,
        upstream_dag_id: str,
        leaves_to_next: bool = True,
        busy: Sequence[str] = BUSY,
        **task: Any,
    ) -> None:
        super().__init__(
            mode="reschedule",
            poke_interval=QUIET_INTERVAL.total_seconds(),
            timeout=QUIET_TIMEOUT.total_seconds(),
            **task,
        )
        self.upstream_dag_id = upstream_dag_id
        self.leaves_to_next = leaves_to_next
        self.busy = list(busy)

    def poke(self, context: Context) -> bool:
        """Ask Airflow how many runs are left. Raises AirflowSkipException for a run with others behind it."""
        own = context["dag_run"].dag_id
        if self.leaves_to_next and context["ti"].get_dr_count(dag_id=own, states=["queued"]):
            raise AirflowSkipException("A later run of this DAG is queued and takes everything in one go.")
        left = context["ti"].get_dr_count(dag_id=self.upstream_dag_id, states=self.busy)
        if left and not context["ti"].get_dr_count(dag_id=self.upstream_dag_id, states=["running"]):
            self.log.warning(STUCK, left, self.upstream_dag_id, self.upstream_dag_id)
        elif left:
            self.log.info("%s still has %s runs to do", self.upstream_dag_id, left)
        return left == 0
