"""Write a record anew: the one way in which its rows change, so that something can be taken out for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake

from headgate.lake.commit_to_newest import commit_to_newest
from headgate.lake.history import read_rows

Rows = list[dict[str, Any]]


def rewrite_record(path: str, change: Callable[[Rows], Rows]) -> None:
    """Put what `change` makes of the record's rows in their place; nothing is written where it is the same.

    A line that somebody appends meanwhile is not lost: the commit is tried for the next version only, and
    after a lost race the record is read again. What fences appends off stays. Raises CommitFailedError where
    that does not help.
    """

    def rewrite(record: DeltaTable) -> None:
        rows = read_rows(path)
        changed = change(rows)
        if changed != rows:
            write_deltalake(
                record,
                pa.Table.from_pylist(changed, schema=pa.schema(record.schema().to_arrow())),
                mode="overwrite",
                writer_properties=WriterProperties(compression="ZSTD"),
                commit_properties=CommitProperties(max_commit_retries=0),
            )

    commit_to_newest(path, rewrite)
