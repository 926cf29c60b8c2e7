"""Rows that are appended without the engine: once each, in few files, readable by the engine's format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from headgate.lake import append_arrow as module
from headgate.lake.append_arrow import append_arrow
from headgate.lake.history import current_version, data_files, read_rows


def append(path: Path, number: int, application: str = "record") -> None:
    append_arrow(pa.table({"line": [number]}), str(path), application, number)


def lines(path: Path) -> list[int]:
    return sorted(row["line"] for row in read_rows(str(path)))


def test_a_repeat_and_a_lower_number_change_nothing(tmp_path: Path) -> None:
    for number in (1, 3, 3, 2):
        append(tmp_path, number)
    assert lines(tmp_path) == [1, 3]
    assert current_version(str(tmp_path)) == 2
    append(tmp_path, 2, "another")
    assert lines(tmp_path) == [1, 2, 3]


def test_of_two_processes_that_append_the_same_at_once_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(tmp_path, 1)
    write = module.write_deltalake

    def after_another(table: DeltaTable, rows: pa.Table, **options: Any) -> None:
        write(DeltaTable(tmp_path), rows, **options)
        write(table, rows, **options)

    monkeypatch.setattr(module, "write_deltalake", after_another)
    append(tmp_path, 2)
    assert lines(tmp_path) == [1, 2]


def test_an_append_that_fails_otherwise_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise CommitFailedError("no space left")

    append(tmp_path, 1)
    monkeypatch.setattr(module, "write_deltalake", fail)
    with pytest.raises(CommitFailedError, match="no space left"):
        append(tmp_path, 2)


def test_many_appends_stay_few_files_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMPACT_EVERY", 4)
    for number in range(1, 6):
        append(tmp_path, number)
    assert lines(tmp_path) == [1, 2, 3, 4, 5]
    assert len(data_files(str(tmp_path))) == 2
