"""A record takes each line once, whoever appends it, and stays in few files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake.exceptions import CommitFailedError
from pyspark.sql import SparkSession

from headgate.lake import append_record as module
from headgate.lake.append_record import append_arrow, append_record
from headgate.lake.history import data_files, read_rows
from headgate.lake.tables import create_table
from headgate.lake.transaction import Transaction


@pytest.fixture
def record(spark: SparkSession, tmp_path: Path) -> str:
    path = str(tmp_path / "record")
    create_table(spark, path, {"line": "bigint", "writer": "string"}, change_feed=False)
    return path


def test_lines_are_put_together_and_none_is_lost_or_doubled(
    record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMPACT_EVERY", 4)
    for line in (1, 2, 3, 3, 4, 5, 2):
        append_record([{"line": line}], record, Transaction("record", line))
    assert sorted(row["line"] for row in read_rows(record)) == [1, 2, 3, 4, 5]
    assert len(data_files(record)) == 2


def test_of_writers_at_the_same_moment_one_wins_each_line(record: str) -> None:
    def lines(writer: str) -> None:
        for line in range(1, 11):
            append_record([{"line": line, "writer": writer}], record, Transaction("record", line))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lines, ("one", "other")))
    assert sorted(row["line"] for row in read_rows(record)) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]


def test_spark_reads_what_was_appended(spark: SparkSession, record: str) -> None:
    append_record([{"line": 1, "writer": "one"}, {"line": 2}], record, Transaction("record", 1))
    found = spark.read.format("delta").load(record).orderBy("line").collect()
    assert [tuple(row) for row in found] == [(1, "one"), (2, None)]


def test_a_commit_that_always_fails_is_not_tried_for_ever(
    record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(*_: object) -> None:
        tries.append(1)
        raise CommitFailedError("no space left")

    monkeypatch.setattr(module, "_commit", fail)
    with pytest.raises(CommitFailedError, match="no space left"):
        append_record([{"line": 1}], record, Transaction("record", 1))
    assert len(tries) == 5


def test_a_record_that_is_missing_is_made_and_applications_count_apart(tmp_path: Path) -> None:
    path = str(tmp_path / "new")
    for application, number in (("one", 1), ("one", 3), ("one", 3), ("one", 2), ("other", 2)):
        append_arrow(pa.table({"line": [number]}), path, Transaction(application, number))
    assert sorted(row["line"] for row in read_rows(path)) == [1, 2, 3]
