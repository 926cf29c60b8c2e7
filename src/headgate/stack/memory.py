"""How much memory the stack takes, shared pages counted once."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from headgate.stack.layout import Layout
from headgate.stack.leftovers import processes_of
from headgate.stack.postgres import server_pid

KILOBYTES = 1024


def kilobytes(pid: int) -> int:
    """A process's proportional set size: its own pages and its share of those that it shares; 0 if gone.

    Of another user's process (PostgreSQL's, in a container) only its own pages can be seen.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        pass
    try:
        _, resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[:3])
    except OSError:
        return 0
    return (resident - shared) * os.sysconf("SC_PAGE_SIZE") // KILOBYTES


def _postgres(layout: Layout) -> list[int]:
    """PostgreSQL's processes: the server that the data directory names, and its children."""
    server = server_pid(layout)
    if server is None:
        return []
    try:
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    except OSError:
        children = []
    return [server, *map(int, children)]


def megabytes_by_part(layout: Layout) -> dict[str, int]:
    """The memory of each part of the stack that runs, children included, in megabytes."""
    sizes: Counter[str] = Counter()
    for process in processes_of(layout.home):
        if process.part != "postgres":
            sizes[process.part or "supervisor"] += kilobytes(process.pid)
    for pid in _postgres(layout):
        sizes["postgres"] += kilobytes(pid)
    return {part: size // KILOBYTES for part, size in sizes.items()}
