"""Show runs as they go: one line for each hour-run and each change of a task, never a wall of logs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from headgate.cli.airflow_runs import Task
from headgate.spec.command import as_typed
from headgate.spec.layers import LAYERS, SCORES

WORDS = {
    "success": "done",
    "failed": "failed",
    "skipped": "skipped",
    "up_for_retry": "failed, is tried again",
    "up_for_reschedule": "waits",
}
"""How task states are called; those that are not here say nothing new and make no line."""

MARKS = {
    "success": "✔",
    "failed": "✘",
    "skipped": "–",
    "upstream_failed": "·",
    "running": "▸",
    "up_for_retry": "↻",
    "up_for_reschedule": "…",
}
STYLES = {"success": "green", "failed": "bold red", "skipped": "yellow", "running": "cyan"}


class Progress:
    """Writes plain lines: what a log file, a pipe or a test wants to see."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def say(self, text: str) -> None:
        """One line of its own, with commands `as_typed`."""
        self.console.print(as_typed(text), markup=False, highlight=False, soft_wrap=True)

    def working(self, title: str, tasks: Sequence[Task], changed: Sequence[Task]) -> None:
        """The tasks of a run that is at work, and those of them whose state has changed."""
        for task in changed:
            if task.state in WORDS:
                self.say(
                    f"{title}  {task.task_id:<16} {WORDS[task.state]:<8} {_seconds(task.seconds)}".rstrip()
                )

    def ended(self, title: str, tasks: Sequence[Task], words: str, seconds: float | None) -> None:
        """The end of a run."""
        self.say(f"{title}  {words:<25} {_seconds(seconds)}".rstrip())


class LiveProgress(Progress):
    """On a terminal: one line a run, the one at work with marks that fill up as its tasks end."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def working(self, title: str, tasks: Sequence[Task], changed: Sequence[Task]) -> None:
        """Redraw the run's line."""
        now = next((task.task_id for task in tasks if task.state == "running"), "")
        self._live.update(_line(title, tasks, now))

    def ended(self, title: str, tasks: Sequence[Task], words: str, seconds: float | None) -> None:
        """Leave the run's line standing and make room for the next."""
        self.console.print(_line(title, tasks, f"{words}  {_seconds(seconds).strip()}"), soft_wrap=True)
        self._live.update(Text(""))


def open_progress() -> Progress:
    """The progress that suits the standard output."""
    console = Console(file=sys.stdout)
    return LiveProgress(console) if console.is_terminal else Progress(console)


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:6.1f} s"


def _line(title: str, tasks: Sequence[Task], words: str) -> Text:
    """A run in one line, its tasks as marks, by task group."""
    line, group = Text(title), None
    for task in sorted(tasks, key=_place):
        own, _, name = task.task_id.rpartition(".")
        if own != group or not own:
            line.append(f"  {own or name} ")
            group = own
        line.append(MARKS.get(task.state, "·"), STYLES.get(task.state, "dim"))
    return line.append(f"  {words}")


def _place(task: Task) -> tuple[int, int, str, str]:
    groups, steps = (*LAYERS, SCORES), ("stage", "gate", "publish")
    own, _, name = task.task_id.rpartition(".")
    group = groups.index(own) if own in groups else len(groups)
    step = steps.index(name) if own and name in steps else len(steps)
    return (group, step, "" if own else task.started or "~", task.task_id)
