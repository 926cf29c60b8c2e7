"""Find and end the processes of a stack by the mark in their environment, whoever their parent is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from headgate.stack.environment import MARK, PART


@dataclass(frozen=True)
class MarkedProcess:
    """A process of a stack and the part that it belongs to (empty: the supervisor)."""

    pid: int
    part: str


def ancestors(pid: int) -> set[int]:
    """The process itself, its parent, and so on."""
    found: set[int] = set()
    while pid > 1 and pid not in found:
        found.add(pid)
        try:
            # After the name in parentheses, which may hold anything: state, then parent.
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    return found


def processes_of(home: Path) -> list[MarkedProcess]:
    """Every living process of the stack in `home`, except the caller and its ancestors.

    A container on this machine may have a stack in a folder of the same name: it has other mounts.
    """
    mark = os.fsencode(f"{MARK}={home}")
    mounts = Path("/proc/self/ns/mnt").readlink()
    spared = ancestors(os.getpid())
    found: list[MarkedProcess] = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) in spared:
            continue
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            if mark not in variables or (folder / "ns" / "mnt").readlink() != mounts:
                continue
        except OSError:  # it has ended, or is another user's
            continue
        part = next((v.partition(b"=")[2] for v in variables if v.startswith(PART.encode() + b"=")), b"")
        found.append(MarkedProcess(int(folder.name), part.decode()))
    return found


def alive(pid: int) -> bool:
    """Say whether `pid` runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _signal(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def wait_for_end(pids: Iterable[int], seconds: float) -> list[int]:
    """Wait until all of `pids` have ended; returns those that run on after `seconds`."""
    limit = time.monotonic() + seconds
    left = [pid for pid in pids if alive(pid)]
    while left and time.monotonic() < limit:
        time.sleep(0.05)
        left = [pid for pid in left if alive(pid)]
    return left


def end_processes(pids: Iterable[int], seconds: float, first: signal.Signals = signal.SIGTERM) -> list[int]:
    """Ask `pids` to end, kill those that have not after `seconds`; returns those that survive that too."""
    pids = list(pids)
    _signal(pids, first)
    left = wait_for_end(pids, seconds)
    _signal(left, signal.SIGKILL)
    return wait_for_end(left, 5)
