"""A record is written anew: rows change or go, what others append meanwhile and the fence of appends stay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from headgate.hops.statistics_log import SCHEMA
from headgate.lake import commit_to_newest as tried
from headgate.lake.append_record import append_arrow
from headgate.lake.history import read_rows
from headgate.lake.rewrite_record import Rows, rewrite_record
from headgate.lake.transaction import Transaction

EMPTY: dict[str, Any] = dict.fromkeys(SCHEMA.names)


def row(number: int) -> dict[str, Any]:
    """A row of the statistics log: it has moments, a map and bytes."""
    moment = datetime(2024, 1, 1, number, tzinfo=UTC)
    values = [("ann", 2), ("bob", 1)]
    told = {"number": number, "range_end": moment, "values": values, "distribution": b"\x00\x01"}
    return {**EMPTY, **told, "table": "silver.orders", "hop": "silver", "column": "customer"}


def append(path: str, number: int) -> None:
    append_arrow(pa.Table.from_pylist([row(number)], SCHEMA), path, Transaction("log", number))


@pytest.fixture
def record(tmp_path: Path) -> str:
    path = str(tmp_path / "record")
    for number in (1, 2, 3):
        append(path, number)
    return path


def without_second(rows: Rows) -> Rows:
    return [one for one in rows if one["number"] != 2]


def numbered(path: str) -> Rows:
    return sorted(read_rows(path), key=lambda one: one["number"])


def test_rows_go_and_the_others_stay_as_they_were(record: str) -> None:
    rewrite_record(record, without_second)
    assert numbered(record) == [row(1), row(3)]
    version = DeltaTable(record).version()
    rewrite_record(record, without_second)
    assert DeltaTable(record).version() == version
    append(record, 3)  # a repeat, which is fenced off as before
    append(record, 4)
    assert numbered(record) == [row(1), row(3), row(4)]


def test_a_row_that_is_appended_meanwhile_is_not_lost(record: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def slowly(rows: Rows) -> Rows:
        looks.append(len(rows))
        if len(looks) == 1:
            append(record, 4)
        return without_second(rows)

    rewrite_record(record, slowly)
    assert looks == [3, 4]
    assert numbered(record) == [row(1), row(3), row(4)]
    monkeypatch.setattr(tried, "TRIES", 1)
    with pytest.raises(CommitFailedError):
        rewrite_record(record, lambda rows: (append(record, 5), rows[:1])[1])
    assert len(numbered(record)) == 4
