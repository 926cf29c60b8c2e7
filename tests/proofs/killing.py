"""Kill a process of a running stack with SIGKILL, bring back what nobody supervises, wait for health."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from headgate.stack.health import stack_health
from headgate.stack.layout import Layout
from headgate.stack.leftovers import alive, processes_of
from headgate.stack.postgres import server_pid
from headgate.stack.supervisor import Supervisor
from tests.integration.headgate_stack import HeadgateStack

WORKER = "airflow worker"
VICTIMS = (
    *("engine", "engine", "task", "task", "task"),
    *("scheduler", "dag-processor", "api-server", "postgres", "mlflow", "task-logs", "supervisor"),
)
"""What is drawn from: those that work on tables come more often."""

TASK_SECONDS = 600.0
HEALTH_SECONDS = 600.0


@dataclass(frozen=True)
class Kill:
    """What was killed, and the seconds until every part of the stack was healthy again."""

    victim: str
    recovery: float


class NeverHealthy(AssertionError):
    """The stack did not recover."""


def kill_and_recover(stack: HeadgateStack, victim: str, draw: Random, report: Callable[[str], None]) -> Kill:
    """Kill one process of the kind `victim`; return when all is healthy again. Raises NeverHealthy."""
    pid = _pid_of(stack, victim, draw)
    report(f"kill -9 {victim} ({_title(pid)})")
    os.kill(pid, signal.SIGKILL)
    begun = time.monotonic()
    if victim == "supervisor":
        answer = stack.headgate("up", seconds=HEALTH_SECONDS)
        if answer.code:
            raise NeverHealthy(f"up after a killed supervisor: {answer.out}{answer.err}")
    _wait_for_health(stack, pid)
    return Kill(victim, time.monotonic() - begun)


def _pid_of(stack: HeadgateStack, victim: str, draw: Random) -> int:
    layout = Layout.of(stack.settings)
    if victim == "task":
        return _running_task(stack.home, draw)
    found = {"supervisor": Supervisor(layout).pid, "postgres": lambda: server_pid(layout)}
    pid = found[victim]() if victim in found else Supervisor(layout).states()[victim].pid
    assert pid, f"{victim} does not run"
    return pid


def _running_task(home: Path, draw: Random) -> int:
    """A process in which a task runs, waiting until there is one."""
    limit = time.monotonic() + TASK_SECONDS
    while True:
        scheduler = [process.pid for process in processes_of(home) if process.part == "scheduler"]
        tasks = [pid for pid in scheduler if _title(_parent(pid)).startswith(WORKER)]
        if tasks:
            return draw.choice(sorted(tasks))
        assert time.monotonic() < limit, "no task runs"
        time.sleep(0.2)


def _wait_for_health(stack: HeadgateStack, killed: int) -> None:
    """For an instant all looks healthy still, as nobody has noticed: so whatever was killed must be anew."""
    limit = time.monotonic() + HEALTH_SECONDS
    while alive(killed) or not all(
        part.healthy and part.pid != killed for part in stack_health(stack.settings)
    ):
        if time.monotonic() > limit:
            raise NeverHealthy(stack.headgate("status").out)
        time.sleep(0.5)


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


def _title(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:  # it has ended
        return ""
    return words[:60].strip()
