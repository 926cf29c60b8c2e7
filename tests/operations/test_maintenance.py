"""Maintenance leaves the rows and what models were learned from, and removes the rest, log and all."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops.as_of import VersionGone, as_of
from headgate.hops.catalog import register_all
from headgate.hops.gate import gate
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.lake.history import current_version, data_files
from headgate.lake.paths import table_path
from headgate.lake.pins import pin_path
from headgate.lake.read import read_at
from headgate.lake.tables import create_table
from headgate.releases.maintain import Keep, Maintained, maintain
from headgate.releases.model_log import MODELS, MODELS_TYPES
from tests.hours.orders_pipeline import START, Orders

NOTHING = Keep(timedelta(0), timedelta(0), timedelta(0))
A_WEEK = Keep(timedelta(days=7), timedelta(days=7), timedelta(days=7))
TABLES = ("bronze.orders", "silver.orders_changes", "silver.orders")


def maintained(orders: Orders, keep: Keep = NOTHING) -> dict[str, Maintained]:
    found = maintain(orders.spark, orders.settings, "orders", keep, datetime.now(UTC))
    return {done.name: done for done in found}


def path_of(orders: Orders, table: str) -> str:
    return table_path(orders.settings.lake, "orders", table)


def rows_at(orders: Orders, table: str, version: int) -> list[Any]:
    return sorted(
        (tuple(row) for row in read_at(orders.spark, path_of(orders, table), version).collect()), key=str
    )


def files_in(orders: Orders, table: str) -> list[str]:
    return [
        str(path)
        for path in Path(path_of(orders, table)).rglob("*.parquet")
        if "_delta_log" not in path.parts
    ]


def log_of(orders: Orders, table: str) -> list[str]:
    return sorted(path.name for path in Path(path_of(orders, table), "_delta_log").glob("*.json"))


def fence_of(orders: Orders, table: str) -> int | None:
    """The number of the last publish that the table knows: lower ones are skipped."""
    layer = table.partition(".")[0]
    return DeltaTable(path_of(orders, table)).transaction_version(f"orders/{layer}")


def record_model(orders: Orders, pins: dict[str, int]) -> None:
    """A line of the model log, as learning writes it, with nothing but its pins."""
    path = path_of(orders, MODELS)
    create_table(orders.spark, path, MODELS_TYPES, change_feed=False)
    row = (1, "header", "d1", json.dumps({"pins": pins}))
    frame = orders.spark.createDataFrame([row], "model bigint, kind string, digest string, header string")
    frame.write.format("delta").mode("append").save(path)


def test_everything_is_cleaned_but_what_is_published_or_pinned(spark: SparkSession, tmp_path: Path) -> None:
    orders = Orders(spark, tmp_path)
    orders.land(0, *(f"I,10:00,{number},open,5" for number in range(1, 9)))
    orders.run(0)
    orders.land(1, "U,10:00,1,paid,5", "D,11:00,2,,")
    orders.run(1)
    pins = {table: orders.version(table) for table in ("silver.orders", "silver.orders_changes")}
    record_model(orders, pins)
    learned_from = {table: rows_at(orders, table, version) for table, version in pins.items()}
    orders.land(2, "U,10:00,3,shipped,5", "I,11:00,9,lost,5")
    orders.run(2)
    published = orders.ledger().versions()
    rows = {table: rows_at(orders, table, published[table]) for table in TABLES}
    files = {table: len(files_in(orders, table)) for table in TABLES}

    fences = {table: fence_of(orders, table) for table in TABLES}
    assert all(fences.values())

    done = maintained(orders)

    assert {table: fence_of(orders, table) for table in TABLES} == fences
    register_all(spark, orders.settings)  # as an engine does that starts
    assert spark.table("orders_ops.files").count() == 3
    now = orders.ledger().versions()
    assert {table: rows_at(orders, table, now[table]) for table in TABLES} == rows
    assert all(now[table] > published[table] for table in TABLES)
    assert {table: rows_at(orders, table, version) for table, version in pins.items()} == learned_from
    for table in TABLES:
        assert len(data_files(path_of(orders, table))) == 1 < files[table]
        assert "00000000000000000000.json" not in log_of(orders, table)
        assert done[table].after.files < done[table].before.files
    needed = set(data_files(path_of(orders, "silver.orders")))
    assert {file for file in files_in(orders, "silver.orders") if file not in needed}  # the pin's
    assert len(files_in(orders, "bronze.orders")) == 1
    with pytest.raises(Exception, match="DELTA_"):
        spark.read.format("delta").option("versionAsOf", pins["silver.orders"]).load(
            path_of(orders, "silver.orders")
        ).collect()
    assert current_version(pin_path(path_of(orders, "silver.orders"), pins["silver.orders"])) == 0
    assert str(done["silver.orders"]).startswith("silver.orders")

    orders.land(3, "U,10:00,1,shipped,7", "D,11:00,3,,")
    orders.run(3)
    orders.run(1)  # a replay of an hour that was maintained
    assert orders.live() == [(1, "shipped", 7.0), *((number, "open", 5.0) for number in range(4, 9))]
    maintained(orders)
    assert {table: rows_at(orders, table, version) for table, version in pins.items()} == learned_from
    last = as_of(spark, orders.settings, "orders", "2024-01-01T03")
    assert last.table("silver.orders").count() == 6
    with pytest.raises(VersionGone, match="orders_changes of orders cannot be read as of 2024-01-01T00"):
        as_of(spark, orders.settings, "orders", "2024-01-01T00").table("silver.orders_changes")
    learned = as_of(spark, orders.settings, "orders", "2024-01-01T01").table("silver.orders_changes")
    assert learned.count() == len(learned_from["silver.orders_changes"])
    as_it_was = {table: orders.version(table) for table in TABLES}, orders.ledger().entries()
    maintained(orders)  # nothing to do
    assert ({table: orders.version(table) for table in TABLES}, orders.ledger().entries()) == as_it_was


def test_what_was_staged_before_is_published_after_and_young_attempts_stay(
    spark: SparkSession, tmp_path: Path
) -> None:
    orders = Orders(spark, tmp_path)
    orders.land(0, "I,10:00,1,open,5")
    orders.run(0)
    orders.land(1, "U,10:00,1,paid,5")
    name = orders.attempt("bronze", 1)
    stage(spark, orders.settings, "orders", "bronze", START + timedelta(hours=1), name)
    gate(spark, orders.settings, "orders", "bronze", name)
    (old,) = (orders.settings.staging / "orders" / "silver").iterdir()
    for path in (old, *old.rglob("*")):
        os.utime(path, (0, 0))
    maintained(orders, A_WEEK)
    assert not old.exists()
    assert len(list((orders.settings.staging / "orders" / "bronze").iterdir())) == 2
    publish(spark, orders.settings, "orders", "bronze", name)
    orders.hop("silver", 1)
    assert orders.live() == [(1, "paid", 5.0)]
    ledger = orders.ledger()
    assert [entry.state for entry in ledger.entries()].count("maintained") == 1
    assert ledger.frontier() == START + timedelta(hours=2)
    assert not ledger.holds("silver.orders", ledger.done("silver")[0].versions["silver.orders"])


def test_old_attempts_and_reports_go_but_those_of_a_closed_gate_stay(
    spark: SparkSession, tmp_path: Path
) -> None:
    orders = Orders(spark, tmp_path)
    orders.land(0, "I,10:00,1,open,5")
    orders.run(0)
    orders.land(1, "I,10:00,2,lost,5")
    orders.hop("bronze", 1)
    with pytest.raises(GateClosed):
        orders.hop("silver", 1)
    closed = orders.ledger().closed_gates()[0]
    done = maintained(orders)
    assert [path.name for path in (orders.settings.staging / "orders").glob("*/*--*")] == [closed.attempt]
    assert [path.name for path in (orders.settings.reports / "orders").glob("*/*")] == ["2024-01-01T01"]
    assert done["staging"].after.files < done["staging"].before.files
