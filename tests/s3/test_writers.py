"""Several writers of one table on S3: every row is there once.

A record has writers in many processes, by delta-rs; any other table has one engine, which runs statements
side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pyarrow as pa
import pytest
from deltalake.exceptions import CommitFailedError
from pyspark.sql import SparkSession

from headgate.lake.add_columns import add_columns
from headgate.lake.append import append
from headgate.lake.append_record import append_arrow, append_record
from headgate.lake.history import read_rows
from headgate.lake.rewrite_record import rewrite_record
from headgate.lake.tables import create_table
from headgate.lake.transaction import Transaction
from tests.s3.s3_server import S3Server

LINES = range(1, 11)
TYPES = {"line": "bigint", "writer": "string"}


@pytest.fixture
def path(server: S3Server, request: pytest.FixtureRequest) -> str:
    return f"s3a://lake/writers/{request.node.name}"


def write_lines(path: str, writer: str, application: str) -> None:
    """Append each line in a commit of its own, as a process of its own does."""
    for line in LINES:
        rows = pa.table({"line": [line], "writer": [writer]})
        until_done(lambda rows=rows, line=line: append_arrow(rows, path, Transaction(application, line)))


def until_done(write: Callable[[], Any]) -> None:
    """A task whose commit lost too many races is tried again; here some twenty times at most."""
    for left in reversed(range(20)):
        try:
            write()
            return
        except CommitFailedError:
            if not left:
                raise


def test_of_two_processes_that_race_for_the_same_lines_one_wins_each(path: str) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(write_lines, [path] * 2, ["one", "other"], ["record"] * 2))
    assert sorted(row["line"] for row in read_rows(path)) == list(LINES)


def test_lines_of_two_processes_are_all_there_once(path: str) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(write_lines, [path] * 2, ["one", "other"], ["one", "other"]))
    found = sorted((row["writer"], row["line"]) for row in read_rows(path))
    assert found == [(writer, line) for writer in ("one", "other") for line in LINES]


def test_a_line_that_comes_while_a_record_is_written_anew_is_kept(path: str) -> None:
    append_arrow(pa.table({"line": [1, 2]}), path, Transaction("record", 1))
    came = iter([1])

    def without_the_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for _ in came:  # somebody else's, after the rows were read and before they are written
            append_record([{"line": 3}], path, Transaction("record", 2))
        return [row for row in rows if row["line"] != 1]

    rewrite_record(path, without_the_first)
    assert sorted(row["line"] for row in read_rows(path)) == [2, 3]


def test_a_record_gets_a_column_while_lines_come_and_none_is_lost(spark: SparkSession, path: str) -> None:
    append_arrow(pa.table({"line": [0], "writer": ["first"]}), path, Transaction("first", 1))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        writing = pool.submit(write_lines, path, "other", "other")
        for number in range(3):
            until_done(lambda number=number: add_columns(spark, path, {f"new_{number}": "bigint"}))
        writing.result()
    found = read_rows(path)
    assert sorted(row["line"] for row in found) == [0, *LINES]
    assert all({"new_0", "new_1", "new_2"} <= row.keys() for row in found)


def test_statements_of_one_engine_do_not_write_over_each_other(spark: SparkSession, path: str) -> None:
    create_table(spark, path, TYPES, change_feed=False)

    def write(writer: str) -> None:
        for line in LINES:
            rows = spark.createDataFrame([(line, writer)], "line bigint, writer string")
            append(rows, path, Transaction(writer, line))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("one", "other")))
    found = sorted((row["writer"], row["line"]) for row in read_rows(path))
    assert found == [(writer, line) for writer in ("one", "other") for line in LINES]
