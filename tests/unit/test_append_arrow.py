"""Rows that are appended without the engine: once each, in few files, readable by the engine's format."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

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


def test_many_appends_stay_few_files_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMPACT_EVERY", 4)
    for number in range(1, 6):
        append(tmp_path, number)
    assert lines(tmp_path) == [1, 2, 3, 4, 5]
    assert len(data_files(str(tmp_path))) == 2
