"""Follow the runs of one DAG until none is queued or running."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.airflow.names import HOURLY
from headgate.cli.airflow_runs import OPEN_STATES, Run, Task, open_runs, read_run, tasks_of
from headgate.cli.progress import Progress
from headgate.stack.airflow_client import AirflowClient

INTERVAL = 2.0
Words = Callable[[Run, Sequence[Task]], str]


@dataclass(frozen=True)
class Ended:
    """A run that has come to its end, with its tasks."""

    run: Run
    tasks: list[Task]

    @property
    def failed_task(self) -> Task | None:
        """The task that failed, if one did: not those that were not run because of it."""
        return next((task for task in self.tasks if task.state == "failed"), None)

    @property
    def published(self) -> bool:
        """Whether every task did its work."""
        return self.run.state == "success" and all(task.state == "success" for task in self.tasks)


class Watch:
    """Shows every run of a DAG from the moment it is seen open until it has ended.

    `hours` (first, last) limits the runs; `words` says how a run ended.
    """

    def __init__(
        self,
        client: AirflowClient,
        dag_id: str,
        progress: Progress,
        words: Words,
        hours: Sequence[datetime] | None = None,
    ) -> None:
        self.client, self.dag_id, self.progress, self.words, self.hours = (
            client,
            dag_id,
            progress,
            words,
            hours,
        )
        self.ended: list[Ended] = []
        self._open: dict[str, Run] = {}
        self._shown: dict[tuple[str, str], tuple[str, int]] = {}

    def look(self) -> bool:
        """Look once and show what changed; says whether runs are still open."""
        now = {run.run_id: run for run in open_runs(self.client, self.dag_id, self.hours)}
        gone = [run for run_id, run in self._open.items() if run_id not in now]
        self._open |= now
        for run in gone:
            self._look_after(read_run(self.client, run))
        for run in now.values():
            if run.state == "running":
                self._show(run)
        return bool(self._open)

    def until_quiet(self) -> list[Ended]:
        """Look until no run is open; returns those that ended meanwhile, in that order."""
        while self.look():
            time.sleep(INTERVAL)
        return self.ended

    def _look_after(self, run: Run) -> None:
        if run.state in OPEN_STATES:  # beyond the page of open runs that was looked at
            return
        del self._open[run.run_id]
        ended = Ended(run, self._show(run))
        self.ended.append(ended)
        self.progress.ended(title(run), ended.tasks, self.words(run, ended.tasks), run.seconds)

    def _show(self, run: Run) -> list[Task]:
        tasks = tasks_of(self.client, run)
        changed = []
        for task in tasks:
            place, state = (run.run_id, task.task_id), (task.state, task.tries)
            if self._shown.get(place) != state:
                self._shown[place] = state
                changed.append(task)
        self.progress.working(title(run), tasks, changed)
        return tasks


def title(run: Run) -> str:
    """A run as its lines begin: its hour, or the DAG where it is not about an hour."""
    hourly = run.hour is not None and run.dag_id.endswith(HOURLY)
    return f"{run.hour:%Y-%m-%d %H:%M}" if hourly else f"{run.dag_id:<16}"
