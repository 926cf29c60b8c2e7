"""Stop the stack so that no process is left, whatever was killed before."""

from __future__ import annotations

import signal

from headgate.stack import postgres
from headgate.stack.errors import SurvivingProcesses
from headgate.stack.layout import Layout
from headgate.stack.leftovers import alive, end_processes, processes_of, wait_for_end
from headgate.stack.parts import PARTS
from headgate.stack.supervisor import Supervisor

SUPERVISOR_SECONDS = 45.0


def stop_stack(layout: Layout) -> None:
    """Stop the parts in order, then whatever is left of the stack.

    Raises SurvivingProcesses where even SIGKILL is not enough.
    """
    supervisor = Supervisor(layout)
    pid = supervisor.pid()
    if pid is not None:
        supervisor.stop_part("scheduler", wait=True)
        for part in PARTS:
            if part.name not in ("postgres", "scheduler"):
                supervisor.stop_part(part.name, wait=False)
        supervisor.shut_down()
        wait_for_end([pid], SUPERVISOR_SECONDS)
    end_everything(layout)


def end_everything(layout: Layout) -> None:
    """End every process that carries the stack's mark: the supervisor, which would start others again,
    then the scheduler and its tasks, the other parts, and PostgreSQL last."""
    found = processes_of(layout.home)
    supervisors = [process.pid for process in found if not process.part]
    schedulers = [process.pid for process in found if process.part == "scheduler"]
    others = [process.pid for process in found if process.part not in ("", "scheduler", "postgres")]
    server = postgres.server_pid(layout)
    left = end_processes(supervisors, seconds=0, first=signal.SIGKILL)
    left += end_processes(schedulers, seconds=5)
    left += end_processes(others, seconds=5)
    if server is not None:
        left += end_processes([server], seconds=15, first=signal.SIGINT)
    left += end_processes([process.pid for process in processes_of(layout.home)], seconds=2)
    if any(alive(process) for process in left):
        raise SurvivingProcesses(sorted(process for process in set(left) if alive(process)))
    layout.engine_ready.unlink(missing_ok=True)
    for path in (layout.supervisor_socket, layout.run / "supervisor.pid"):
        path.unlink(missing_ok=True)
