"""A record of an earlier Headgate gets the columns that it lacks; its lines stay as they are."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from headgate.lake.add_columns import add_columns
from headgate.lake.append_record import append_record
from headgate.lake.history import column_types, current_version, read_rows
from headgate.lake.tables import HOPS_TYPES, create_table, prepare_tables
from headgate.lake.transaction import Transaction
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import Orders


def test_columns_of_any_type_are_added_once(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "record")
    create_table(spark, path, {"line": "bigint"}, change_feed=False)
    append_record([{"line": 1}], path, Transaction("record", 1))
    new = {"why": "string", "rows": "map<string,struct<staged:bigint,published:bigint>>", "at": "timestamp"}
    add_columns(spark, path, new)
    version = current_version(path)
    add_columns(spark, path, new)
    assert current_version(path) == version == 2
    append_record(
        [{"line": 2, "why": "late", "rows": [("a", {"staged": 3})]}], path, Transaction("record", 2)
    )
    empty = {"line": 1, "why": None, "rows": None, "at": None}
    late = {"line": 2, "why": "late", "rows": [("a", {"staged": 3, "published": None})], "at": None}
    assert sorted(read_rows(path), key=lambda row: int(row["line"])) == [empty, late]
    found = spark.read.format("delta").load(path).where("rows['a'].staged = 3").collect()
    assert [row["why"] for row in found] == ["late"]


def test_an_older_ledger_is_brought_up_to_date(spark: SparkSession, tmp_path: Path) -> None:
    orders = Orders(spark, tmp_path)
    path = str(tmp_path / "home" / "lake" / "orders" / "ops" / "hops")
    older = {name: kind for name, kind in HOPS_TYPES.items() if name not in ("decided_by", "why")}
    create_table(spark, path, older, change_feed=False)
    append_record([{"entry": 1, "hop": "bronze"}], path, Transaction("orders", 1))
    prepare_tables(spark, orders.settings.lake, load_pipeline(orders.settings, "orders"))
    (line,) = read_rows(path)
    assert (line["entry"], line["hop"], line["why"]) == (1, "bronze", None)
    assert set(column_types(path) or {}) == set(HOPS_TYPES)
