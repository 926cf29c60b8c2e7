"""Append a few rows to a record, a small table that is read whole, without a JVM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake import Transaction as AppTransaction
from deltalake.exceptions import CommitFailedError

from headgate.lake.transaction import Transaction

COMPACT_EVERY = 25
"""Commits of a record after which its many small files become one, as readers open each of them."""

TRIES = 5
"""Times that an append is tried where other writers commit at the same moment."""


def append_record(rows: Sequence[Mapping[str, Any]], path: str, transaction: Transaction) -> None:
    """Append `rows`, values by column name, to the record at `path`; columns that a row lacks stay empty.

    Of all appends of one application with the same number, or with a lower one later, one is written: a
    commit is tried for the next version only, and after a lost race the record is read again. Raises
    CommitFailedError where that does not help.
    """
    for left in reversed(range(TRIES)):
        record = DeltaTable(path)
        last = record.transaction_version(transaction.application)
        if last is not None and last >= transaction.number:
            return
        try:
            _append(rows, record, transaction)
            break
        except CommitFailedError:
            if not left:
                raise
    written = DeltaTable(path)
    if written.version() % COMPACT_EVERY == 0:
        _compact(written)


def _append(rows: Sequence[Mapping[str, Any]], record: DeltaTable, transaction: Transaction) -> None:
    columns = pa.schema(record.schema().to_arrow())
    mark = AppTransaction(transaction.application, transaction.number)
    write_deltalake(
        record,
        pa.Table.from_pylist(list(rows), schema=columns),
        mode="append",
        commit_properties=CommitProperties(app_transactions=[mark], max_commit_retries=0),
    )


def _compact(record: DeltaTable) -> None:
    try:
        record.optimize.compact()
    except CommitFailedError:
        return  # another writer was faster; no line is lost, and a later turn finds the small files again
