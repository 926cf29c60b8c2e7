"""Append rows to a record without the engine: some hundredths of a second instead of most of one.

Records are small append-only tables, like the ledger, that nothing else writes to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake import Transaction as AppTransaction
from deltalake.exceptions import CommitFailedError

from headgate.lake.commit_to_newest import commit_to_newest
from headgate.lake.storage import find_table, open_table, table_options
from headgate.lake.transaction import Transaction

COMPACT_EVERY = 50
"""Commits of a record after which its many small files become one, as readers open each of them."""

KEPT = timedelta(days=7)
"""How long files are kept that such a compaction replaces, for those who are reading them."""

PROPERTIES = {"delta.checkpointInterval": "50", "delta.dataSkippingNumIndexedCols": "4"}


def append_record(rows: Sequence[Mapping[str, Any]], path: str, transaction: Transaction) -> None:
    """Append `rows`, values by column name, to the record at `path`; columns that a row lacks stay empty."""
    record = open_table(path)
    columns = pa.schema(record.schema().to_arrow())
    _append(pa.Table.from_pylist(list(rows), schema=columns), record, path, transaction)


def append_arrow(rows: pa.Table, path: str, transaction: Transaction) -> None:
    """Append `rows` to the record at `path`, which is created where it is missing.

    Of all appends of one application with the same number, or with a lower one later, one is written: a
    commit is tried for the next version only, and after a lost race the record is read again. Columns that
    `rows` lack stay empty. Raises CommitFailedError where that does not help.
    """
    record = find_table(path)
    if record is None:
        options = table_options(path)
        DeltaTable.create(path, rows.schema, mode="ignore", configuration=PROPERTIES, storage_options=options)
        record = open_table(path)
    _append(rows, record, path, transaction)


def _append(rows: pa.Table, record: DeltaTable, path: str, transaction: Transaction) -> None:
    def commit(newest: DeltaTable) -> bool:
        last = newest.transaction_version(transaction.application)
        if last is not None and last >= transaction.number:
            return False
        _commit(rows, newest, transaction)
        return newest.version() % COMPACT_EVERY == 0

    if commit_to_newest(path, commit, record):
        compact_record(path)
        vacuum_record(path, KEPT)


def _commit(rows: pa.Table, record: DeltaTable, transaction: Transaction) -> None:
    mark = AppTransaction(transaction.application, transaction.number)
    write_deltalake(
        record,
        _with_all_columns(rows, record),
        mode="append",
        writer_properties=WriterProperties(compression="ZSTD"),
        commit_properties=CommitProperties(app_transactions=[mark], max_commit_retries=0),
    )


def _with_all_columns(rows: pa.Table, record: DeltaTable) -> pa.Table:
    """The rows with the columns that the record has by now, also where it got them during a lost race."""
    for field in pa.schema(record.schema().to_arrow()):
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows


def compact_record(path: str) -> None:
    """Put small files together. Where another writer was faster, a later turn finds them again."""
    with contextlib.suppress(CommitFailedError):
        open_table(path).optimize.compact(writer_properties=WriterProperties(compression="ZSTD"))


def vacuum_record(path: str, keep: timedelta) -> None:
    """Remove the files that were replaced longer than `keep` ago."""
    open_table(path).vacuum(
        retention_hours=int(keep.total_seconds() // 3600), dry_run=False, enforce_retention_duration=False
    )
