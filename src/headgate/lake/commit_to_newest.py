"""Commit to a record on its newest version, and again where another writer came first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from headgate.lake.storage import open_table

Result = TypeVar("Result")

TRIES = 5
"""Times that a commit is tried where other writers commit at the same moment."""


def commit_to_newest(
    path: str, commit: Callable[[DeltaTable], Result], record: DeltaTable | None = None
) -> Result:
    """What `commit` returns of the record at `path`; after each lost race it gets the record read again.

    It must commit to the next version only. `record` is what was read just now, if it was. Raises
    CommitFailedError where no try helps.
    """
    for left in reversed(range(TRIES)):
        try:
            return commit(open_table(path) if record is None else record)
        except CommitFailedError:
            if not left:
                raise
            record = None
    raise AssertionError("unreachable")
