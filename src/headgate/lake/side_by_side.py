"""Run independent statements of one session side by side: planning one does not wait for another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

WORKERS = 4
"""How many statements of one task run at a time; more only queue up in the engine."""


def side_by_side(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """The results of `works`, in order. All run to their end; then the first error is raised."""
    if len(works) < 2:
        return [work() for work in works]
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        running = [pool.submit(work) for work in works]
    return [one.result() for one in running]
