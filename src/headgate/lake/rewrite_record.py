"""Write a record anew: the one way in which its rows change, so that something can be taken out for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError

from headgate.lake.append_record import TRIES
from headgate.lake.history import read_rows
from headgate.lake.storage import open_table

Rows = list[dict[str, Any]]


def rewrite_record(path: str, change: Callable[[Rows], Rows]) -> None:
    """Put what `change` makes of the record's rows in their place; nothing is written where it is the same.

    A line that somebody appends meanwhile is not lost: the commit is tried for the next version only, and
    after a lost race the record is read again. What fences appends off stays. Raises CommitFailedError where
    that does not help.
    """
    for left in reversed(range(TRIES)):
        record = open_table(path)
        rows = read_rows(path)
        changed = change(rows)
        if changed == rows:
            return
        columns = pa.schema(record.schema().to_arrow())
        try:
            write_deltalake(
                record,
                pa.Table.from_pylist(changed, schema=columns),
                mode="overwrite",
                writer_properties=WriterProperties(compression="ZSTD"),
                commit_properties=CommitProperties(max_commit_retries=0),
            )
            return
        except CommitFailedError:
            if not left:
                raise
