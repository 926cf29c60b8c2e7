"""Statistics of what the hops of the orders publish: once a publish, shown when done, for Spark too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from headgate.features import distinct_values, distribution
from headgate.hops import finish
from headgate.hops.attempt import NoAttempt
from headgate.hops.gate import gate
from headgate.hops.merged_statistics import merged_statistics
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.hops.statistics_log import FILE, STATISTICS
from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import CONTRACT, START, Orders

CHANGES = "silver.orders_changes"


class Killed(Exception):
    """Stands for a process that died."""


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Iterator[Orders]:
    spark.sql("CREATE DATABASE IF NOT EXISTS orders_ops")
    spark.sql("DROP VIEW IF EXISTS orders_ops.statistics")  # another test's, of another lake
    made = Orders(spark, tmp_path)
    made.land(0, "I,05:00,1,open,10", "I,05:00,2,open,20", "U,06:00,1,lost,10", "D,07:00,2,open,20")
    made.land(1, "U,05:00,1,paid,30", "I,06:00,3,open,")
    yield made
    spark.sql("DROP VIEW IF EXISTS orders_ops.statistics")


def judged(orders: Orders, hop: str, hour: int) -> str:
    name = orders.attempt(hop, hour)
    stage(orders.spark, orders.settings, "orders", hop, START + timedelta(hours=hour), name)
    gate(orders.spark, orders.settings, "orders", hop, name)
    return name


def logged(orders: Orders) -> list[tuple[object, ...]]:
    rows = read_rows(table_path(orders.settings.lake, "orders", STATISTICS))
    return sorted((row["number"], row["table"], row["column"], row["rows"]) for row in rows)


def shown(orders: Orders, *columns: str | Column) -> list[tuple[object, ...]]:
    view = orders.spark.table("orders_ops.statistics").where(f"table = '{CHANGES}'")
    return [tuple(row) for row in view.select(*columns).orderBy("number", "column").collect()]


def die(*_: object, **__: object) -> None:
    raise Killed


def test_every_publish_is_described_by_column(orders: Orders) -> None:
    orders.run(0, 1)
    figures = ("number", "column", "rows", "nulls", "quarantined", "deletions", "minimum", "maximum", "sum")
    assert shown(orders, *figures) == [
        (2, "amount", 2, 0, 1, 1, "10.0", "20.0", 30.0),
        (2, "order_id", 2, 0, 1, 1, "1", "2", 3.0),
        (2, "status", 2, 0, 1, 1, None, None, None),
        (4, "amount", 2, 1, 0, 0, "30.0", "30.0", 30.0),
        (4, "order_id", 2, 0, 0, 0, "1", "3", 4.0),
        (4, "status", 2, 0, 0, 0, None, None, None),
    ]
    assert shown(orders, "values", "values_short")[2::3] == [({"open": 2}, 0), ({"open": 1, "paid": 1}, 0)]
    hours = [str(row[0]) for row in shown(orders, F.col("range_end").cast("string"))[::3]]
    assert hours == ["2024-01-01 01:00:00", "2024-01-01 02:00:00"]


def test_the_engine_merges_the_sketches(orders: Orders) -> None:
    orders.run(0, 1)
    merged = orders.spark.sql(
        "SELECT hll_sketch_estimate(hll_union_agg(distinct_sketch)),"
        " kll_sketch_get_n_double(kll_merge_agg_double(distribution)),"
        " kll_sketch_get_quantile_double(kll_merge_agg_double(distribution), array(0.5D, 1D)),"
        " kll_sketch_get_rank_double(kll_merge_agg_double(distribution), 10D)"
        f" FROM orders_ops.statistics WHERE table = '{CHANGES}' AND column = 'amount'"
    ).collect()[0]
    assert [*merged] == [3, 3, [20.0, 30.0], pytest.approx(1 / 3)]


def test_sketches_are_those_that_the_engine_makes(spark: SparkSession) -> None:
    made = spark.sql(
        "SELECT hll_sketch_agg(concat('v', id)), hll_sketch_agg(id), kll_sketch_agg_double(double(id))"
        " FROM range(5000)"
    ).collect()[0]
    texts, numbers, shape = (bytes(sketch) for sketch in made)
    ours = distinct_values.sketch_of(f"v{number}" for number in range(5000))
    assert distinct_values.estimate(distinct_values.merged([texts, ours]), 9999) == pytest.approx(
        5000, rel=0.08
    )
    ours = distinct_values.sketch_of(range(5000))
    assert distinct_values.estimate(distinct_values.merged([numbers, ours]), 9999) == pytest.approx(
        5000, rel=0.08
    )
    assert distribution.quantiles(shape, [0.5])[0] == pytest.approx(2500, abs=3 * 0.0133 * 5000)


def test_a_repeated_publish_is_described_once(orders: Orders) -> None:
    name = judged(orders, "bronze", 0)
    for _ in range(2):
        publish(orders.spark, orders.settings, "orders", "bronze", name)
    assert [row[:3] for row in logged(orders)] == [
        (1, "bronze.orders", "amount"),
        (1, "bronze.orders", "order_id"),
        (1, "bronze.orders", "status"),
    ]


@pytest.mark.parametrize("dies_at", ["append_statistics", "append_entry"])
def test_a_publish_that_died_is_described_once_when_it_is_finished(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    orders.hop("bronze", 0)
    name = judged(orders, "silver", 0)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(finish, dies_at, die)
        publish(orders.spark, orders.settings, "orders", "silver", name)
    assert [number for number, *_ in shown(orders, "number")] == []
    orders.hop("bronze", 1)
    assert shown(orders, "number", "column", "rows") == [
        (2, "amount", 2),
        (2, "order_id", 2),
        (2, "status", 2),
    ]


@pytest.mark.parametrize("lost", ["attempt", "statistics"])
def test_a_publish_that_is_undone_is_not_shown(
    orders: Orders, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    orders.hop("bronze", 0)
    name = judged(orders, "silver", 0)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(finish, "append_entry", die)
        publish(orders.spark, orders.settings, "orders", "silver", name)
    folder = orders.settings.staging / "orders" / "silver" / name
    shutil.rmtree(folder) if lost == "attempt" else (folder / FILE).unlink()
    orders.hop("silver", 0)
    assert {(e.number, e.state) for e in orders.ledger().entries()} >= {(2, "undone"), (3, "done")}
    assert {number for number, *_ in logged(orders)} == {1, 2, 3}
    assert {number for number, *_ in shown(orders, "number")} == {3}
    found = merged_statistics(orders.settings, load_pipeline(orders.settings, "orders"), CHANGES, None, None)
    assert (found.publishes, [column.rows for column in found.columns]) == ([3], [2, 2, 2])


def test_an_attempt_without_statistics_is_not_published(orders: Orders) -> None:
    name = judged(orders, "bronze", 0)
    folder = orders.settings.staging / "orders" / "bronze" / name
    (folder / FILE).unlink()
    with pytest.raises(NoAttempt) as caught:
        publish(orders.spark, orders.settings, "orders", "bronze", name)
    assert str(caught.value) == (
        f"The bronze attempt {name} of orders has no statistics.parquet.\n"
        f"  where: {folder}\n"
        "  left behind: Nothing was published from it.\n"
        "  next: Clear the task bronze.stage of this run, with its downstream tasks."
    )
    assert orders.ledger().entries() == []


def test_personal_values_reach_no_file(orders: Orders) -> None:
    orders.write(
        "expectations/orders/silver.orders.yaml",
        CONTRACT.replace("status: {type: string, one_of", "status: {type: string, personal: true, one_of"),
    )
    orders.run(0)
    figures = ("rows", "distinct", "minimum", "values", "distinct_sketch", "distribution")
    assert shown(orders, *figures)[2] == (2, 1, None, None, None, None)
    rows = read_rows(table_path(orders.settings.lake, "orders", STATISTICS))
    status = [row for row in rows if row["column"] == "status"]
    assert sorted(row["table"] for row in status) == ["bronze.orders", CHANGES]
    assert {(row["personal"], row["values"], row["distinct_sketch"]) for row in status} == {
        (True, None, None)
    }
    assert "open" not in repr(rows)
