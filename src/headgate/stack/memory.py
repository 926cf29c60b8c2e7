"""How much memory the stack takes, shared pages counted once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from headgate.stack.leftovers import processes_of

KILOBYTES = 1024


def proportional_kilobytes(pid: int) -> int:
    """A process's proportional set size: its own pages and its share of those that it shares; 0 if gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def megabytes_by_part(home: Path) -> dict[str, int]:
    """The memory of each part of the stack in `home` that runs, children included, in megabytes."""
    sizes: Counter[str] = Counter()
    for process in processes_of(home):
        sizes[process.part or "supervisor"] += proportional_kilobytes(process.pid)
        if process.part == "postgres":  # its sessions write their titles over their marks
            sizes["postgres"] += sum(proportional_kilobytes(child) for child in _children(process.pid))
    return {part: size // KILOBYTES for part, size in sizes.items()}
