"""Removing a record's old files makes versions that hold the same files; putting files together does not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from headgate.lake.append_record import append_arrow, compact_record, vacuum_record
from headgate.lake.history import current_version, is_kept, same_files
from headgate.lake.transaction import Transaction


def test_versions_with_the_same_files(tmp_path: Path) -> None:
    path = str(tmp_path / "record")
    for number in (1, 2):
        append_arrow(pa.table({"line": [number]}), path, Transaction("test", number))
    appended = current_version(path)
    compact_record(path)
    compacted = current_version(path)
    assert appended is not None
    assert compacted is not None
    assert not same_files(path, appended, compacted)
    vacuum_record(path, timedelta(0))
    vacuumed = current_version(path)
    assert vacuumed is not None
    assert vacuumed > compacted
    assert same_files(path, compacted, vacuumed)
    assert [is_kept(path, version) for version in (appended, compacted, vacuumed)] == [False, True, True]
