"""Run hours and wait for them: what `run` and `demo` share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from headgate.airflow.names import hourly_dag_id
from headgate.cli.airflow_runs import Run, Task
from headgate.cli.backfill import (
    Reprocess,
    check_hours,
    require_none_stuck,
    start_backfill,
    wait_for_dag,
    wait_for_last_backfill,
)
from headgate.cli.failed_run import run_failed
from headgate.cli.progress import Progress
from headgate.cli.run_again import run_again
from headgate.cli.watch import Ended, Watch
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.run_range import held_because, way_forward
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.layers import SCORES
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.pools import create_pools

PUBLISHED = "published"
BEHIND = "behind a closed gate"


class HoursBehind(HeadgateError):
    """Hours were skipped because the gate of an earlier hour is closed."""

    def __init__(self, pipeline: str, closed: Entry | None, hours: Sequence[datetime], reports: str) -> None:
        gate = (
            f"the {closed.hop} gate of {closed.hour:%Y-%m-%d %H:%M} is closed"
            if closed
            else "the gate of an earlier hour was closed"
        )
        first = closed.hour if closed else hours[0]
        super().__init__(
            f"{len(hours)} {'hour waits' if len(hours) == 1 else 'hours wait'} behind it: {gate}",
            f"{reports}/{closed.report}" if closed else None,
            "nothing of these hours was read; they stay open",
            f"mend that hour, then {run_again(pipeline, first, hours[-1])}",
        )


class HoursHeld(HeadgateError):
    """Hours were skipped because others are to be derived again first."""

    def __init__(self, loaded: LoadedPipeline, held: Entry, hours: Sequence[datetime]) -> None:
        name = loaded.spec.pipeline
        super().__init__(
            f"{len(hours)} {'hour waits' if len(hours) == 1 else 'hours wait'}: {held_because(held)}",
            f"{name}_ops.hops, by {held.decided_by}: {held.why}",
            "nothing of these hours was read; they stay open",
            f"./headgate {way_forward(name, held, loaded.spec.schedule.start)}, then "
            f"{run_again(name, hours[0], hours[-1])}",
        )


def hour_words(run: Run, tasks: Sequence[Task]) -> str:
    """How an hour-run ended."""
    if run.state == "success":
        skipped = [task for task in tasks if task.state == "skipped" and not of_scores(task.task_id)]
        return BEHIND if skipped else PUBLISHED
    failed = next((task.task_id for task in tasks if task.state == "failed"), None)
    return f"failed at {failed}" if failed else run.state


def of_scores(task_id: str) -> bool:
    """Whether a task belongs to the scores: an hour is done without them."""
    return task_id.startswith(f"{SCORES}.")


def run_hours(
    settings: Settings,
    client: AirflowClient,
    loaded: LoadedPipeline,
    first: datetime,
    last: datetime,
    reprocess: Reprocess,
    progress: Progress,
) -> list[Ended]:
    """Run the hours first..last as a backfill and wait; returns the runs in the order in which they ended.

    Raises HoursRefused, BackfillActive, RunsStuck, DagMissing; RunFailed and HoursBehind through
    `require_published`.
    """
    name = loaded.spec.pipeline
    check_hours(loaded.spec, first, last)
    create_pools(client, [name])
    wait_for_dag(client, name)
    address = f"{addresses(settings).airflow}/dags/{hourly_dag_id(name)}"
    wait_for_last_backfill(client, name, address, progress)
    require_none_stuck(client, name, first, last, address)
    start_backfill(client, name, first, last, reprocess, address)
    return follow_hours(settings, client, loaded, first, last, progress)


def follow_hours(
    settings: Settings,
    client: AirflowClient,
    loaded: LoadedPipeline,
    first: datetime,
    last: datetime,
    progress: Progress,
) -> list[Ended]:
    """Wait for the open runs of the hours first..last. Raises RunFailed, HoursBehind."""
    name = loaded.spec.pipeline
    watch = Watch(client, hourly_dag_id(name), progress, hour_words, (first, last))
    ended = watch.until_quiet()
    require_published(settings, client, loaded, ended, last)
    return ended


def require_published(
    settings: Settings, client: AirflowClient, loaded: LoadedPipeline, ended: Sequence[Ended], last: datetime
) -> None:
    """Raise RunFailed for the first run that failed, else HoursBehind where runs were skipped.

    A failed run that a later one has taken over in the meantime is only told about by its line.
    """
    name = loaded.spec.pipeline
    ledger = Ledger(settings, name, loaded.spec.hops[-1])
    frontier, scored = ledger.frontier(), ledger.scored_until()
    for entry in ended:
        hour, failed = entry.run.hour, entry.failed_task
        reached = scored if failed is not None and of_scores(failed.task_id) else frontier
        done = None if reached is None else reached - HOUR
        if entry.run.state == "failed" and (hour is None or done is None or hour > done):
            again = run_again(name, hour or last, last)
            raise run_failed(
                client, addresses(settings).airflow, entry.run, entry.failed_task, f"mend it, then {again}"
            )
    behind = [e.run.hour for e in ended if e.run.hour and hour_words(e.run, e.tasks) == BEHIND]
    held = ledger.held()
    if behind and held is not None:
        raise HoursHeld(loaded, held, sorted(behind))
    if behind:
        closed = ledger.closed_gates()
        raise HoursBehind(name, closed[0] if closed else None, sorted(behind), str(settings.reports))
