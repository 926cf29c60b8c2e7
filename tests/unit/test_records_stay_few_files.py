"""A record that is read whole stays in few files, however many lines were appended."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.lake import append
from headgate.lake.history import data_files, read_rows
from headgate.lake.tables import create_table
from headgate.lake.transaction import Transaction


def test_lines_are_put_together_and_none_is_lost_or_doubled(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(append, "COMPACT_EVERY", 4)
    path = str(tmp_path / "record")
    create_table(spark, path, {"line": "bigint"}, change_feed=False)
    for line in (1, 2, 3, 3, 4, 5, 2):
        rows = spark.createDataFrame([(line,)], "line bigint")
        append.append_record(rows, path, Transaction("record", line))
    assert sorted(row["line"] for row in read_rows(path)) == [1, 2, 3, 4, 5]
    assert len(data_files(path)) == 2
