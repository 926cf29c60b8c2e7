"""Start the supervisor and give it orders over its unix socket."""

from __future__ import annotations

import ctypes
import http.client
import os
import subprocess
import sys
import time
import xmlrpc.client
from dataclasses import dataclass
from typing import Any

from supervisor.options import readFile
from supervisor.xmlrpc import Faults, SupervisorTransport

from headgate.stack.environment import MARK
from headgate.stack.errors import PartSlow, StackNotRunning
from headgate.stack.layout import Layout
from headgate.stack.supervisor_conf import supervisor_conf

PR_SET_CHILD_SUBREAPER = 36
START_SECONDS = 15.0


@dataclass(frozen=True)
class PartState:
    """What the supervisor says of a part: its state (RUNNING, STARTING, BACKOFF, FATAL, STOPPED, ...),
    its process id (0: none), when it was last started (seconds since 1970) and a few words."""

    state: str
    pid: int
    started: float
    words: str


class Supervisor:
    """The supervisor of one stack."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def _call(self, method: str, *arguments: object) -> Any:
        """Raises StackNotRunning where nobody answers."""
        transport = SupervisorTransport(None, None, f"unix://{self.layout.supervisor_socket}")
        proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        try:
            return getattr(proxy.supervisor, method)(*arguments)
        except (OSError, http.client.HTTPException) as error:
            raise StackNotRunning(self.layout.home) from error
        finally:
            transport.close()

    def pid(self) -> int | None:
        """The supervisor's process id, None when it does not run."""
        try:
            return int(self._call("getPID"))
        except StackNotRunning:
            return None

    def states(self) -> dict[str, PartState]:
        """The state of every part by name; raises StackNotRunning."""
        return {
            found["name"]: PartState(
                state=found["statename"],
                pid=int(found["pid"]),
                started=float(found["start"]),
                words=found["spawnerr"] or found["description"],
            )
            for found in self._call("getAllProcessInfo")
        }

    def start_part(self, name: str) -> None:
        """Start a part; does not wait, does nothing where it already runs."""
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise

    def stop_part(self, name: str, wait: bool) -> None:
        """Stop a part; does nothing where it does not run."""
        try:
            self._call("stopProcess", name, wait)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.NOT_RUNNING:
                raise

    def shut_down(self) -> None:
        """Tell the supervisor to stop all parts and end."""
        self._call("shutdown")

    def start(self, environment: dict[str, str]) -> None:
        """Start the supervisor in the background, no part yet; raises PartSlow."""
        self.layout.supervisor_conf.write_text(supervisor_conf(self.layout))
        log = self.layout.logs / "supervisor-start.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.layout.supervisor_conf)],
                env={**environment, MARK: str(self.layout.home)},
                cwd=self.layout.run,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Grandchildren whose parent was killed come to the supervisor, which reaps them.
                preexec_fn=_adopt_orphans,
            )
        limit = time.monotonic() + START_SECONDS
        while self.pid() is None:
            if process.poll() is not None or time.monotonic() > limit:
                raise PartSlow("supervisor", START_SECONDS, log.read_text()[-500:].strip(), log)
            time.sleep(0.05)

    def log_tail(self, part: str, characters: int = 1500) -> str:
        """The last lines of a part's log."""
        path = self.layout.logs / f"{part}.log"
        if not path.exists():
            return ""
        tail: bytes = readFile(str(path), -characters, 0)
        return tail.decode(errors="replace").partition("\n")[2]


def _adopt_orphans() -> None:
    """Let orphans among this process's descendants become its children; runs between fork and exec."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
