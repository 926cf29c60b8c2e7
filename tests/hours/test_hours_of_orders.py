"""Hours of a small pipeline through bronze and silver: order, repetition, lateness, loads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.hops import publish_silver
from tests.hours.orders_pipeline import START, Orders


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    return Orders(spark, tmp_path)


def three_hours(orders: Orders) -> None:
    orders.land(0, "I,05:00,1,open,10", "I,05:00,2,open,20", "U,05:00,1,paid,10")
    orders.land(1, "D,10:00,2,open,20", "I,20:00,3,open,30")
    orders.land(2, "I,01:00,2,open,21", "U,30:00,3,lost,30", "U,40:00,3,shipped,30")


EXPECTED_LIVE = [(1, "paid", 10.0), (2, "open", 21.0), (3, "shipped", 30.0)]


@pytest.mark.parametrize("runs", [pytest.param([2], id="one range"), pytest.param([1, 2], id="two")])
def test_every_batching_of_the_hours_gives_the_same_tables(orders: Orders, runs: list[int]) -> None:
    three_hours(orders)
    orders.run(*runs)
    require_three_hours(orders)


def test_a_repeated_hour_changes_nothing(orders: Orders) -> None:
    three_hours(orders)
    orders.run(0, 1, 2)
    require_three_hours(orders)
    bronze, live = orders.version("bronze.orders"), orders.rows("silver.orders", "*")
    orders.run(1)
    assert orders.version("bronze.orders") == bronze
    assert orders.rows("silver.orders", "*") == live
    require_three_hours(orders)


def require_three_hours(orders: Orders) -> None:
    """Live rows, change log and archive are those of the three hours, however they were run."""
    assert orders.live() == EXPECTED_LIVE
    assert orders.ledger().last_hour_done() == datetime(2024, 1, 1, 2, tzinfo=UTC)
    log = orders.rows("silver.orders_changes", "order_id", "_op", "status", "_failed_rules", "_row")
    assert log == [
        (1, "I", "open", [], 1),
        (1, "U", "paid", [], 3),
        (2, "D", "open", [], 1),
        (2, "I", "open", [], 1),
        (2, "I", "open", [], 2),
        (3, "I", "open", [], 2),
        (3, "U", "lost", ["status.one_of"], 2),
        (3, "U", "shipped", [], 3),
    ]
    known = orders.rows("bronze.orders", "cast(_known_at as string)")
    assert [row[0] for row in known] == ["2024-01-01 01:00:00"] * 3 + ["2024-01-01 02:00:00"] * 2 + [
        "2024-01-01 03:00:00"
    ] * 3


def test_late_changes_are_known_later_and_take_their_places_in_the_order(orders: Orders) -> None:
    """Order 1's late change is the newest, order 4's is not, and order 5 was deleted since."""
    orders.land(0, "I,05:00,1,open,10", "I,05:00,4,open,40", "I,05:00,5,open,50")
    orders.land(1, "U,05:00,4,paid,40", "D,05:00,5,open,50")
    orders.run(1)
    late = ["U,59:00,1,shipped,10", "U,30:00,4,open,41", "U,30:00,5,open,51"]
    orders.land(0, *late, name="late")
    orders.run(2)
    assert orders.live() == [(1, "shipped", 10.0), (4, "paid", 40.0)]
    files = orders.rows("bronze.orders", "cast(_known_at as string)", "_file LIKE '%late%'")
    assert {row[0] for row in files if row[1]} == {"2024-01-01 03:00:00"}
    assert {row[0] for row in files if not row[1]} == {"2024-01-01 01:00:00", "2024-01-01 02:00:00"}


def test_a_load_comes_before_the_changes_after_it_and_ends_keys_that_it_lacks(orders: Orders) -> None:
    orders.land(0, "I,05:00,1,open,10", "I,06:00,9,open,90", "U,40:00,1,paid,10")
    orders.load(START.replace(minute=30), "1,open,10", "2,open,20")
    orders.land(1, "U,05:00,2,shipped,20")
    orders.run(0, 1)
    assert orders.live() == [(1, "paid", 10.0), (2, "shipped", 20.0)]


def test_a_load_is_taken_by_the_hour_that_it_was_made_in(orders: Orders) -> None:
    orders.load(START.replace(hour=1, minute=30), "1,open,10")
    orders.run(0)
    assert orders.live() == []
    assert orders.ledger().last_hour_done() == START
    orders.run(1)
    assert orders.live() == [(1, "open", 10.0)]


def test_a_null_key_and_an_unreadable_line_are_kept_apart_not_lost(orders: Orders) -> None:
    orders.land(0, "I,05:00,1,open,10", "I,06:00,,open,10", "I,07:00,2,open,10,surplus", "I,08:00,3,open,1")
    orders.run(0)
    assert orders.live() == [(1, "open", 10.0), (3, "open", 1.0)]
    apart = orders.rows("silver.orders_changes", "_row", "_failed_rules", "_rescued")
    assert [(row[0], row[1]) for row in apart if row[1]] == [
        (2, ["order_id.required"]),
        (3, ["op.required", "order_id.required", "committed_at.required"]),
    ]
    assert "surplus" in str(apart[2][2])


def test_new_changes_alone_give_the_same_live_rows_as_all_changes(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, thorough = Orders(spark, tmp_path / "quick"), Orders(spark, tmp_path / "thorough")
    for orders in (quick, thorough):
        orders.load(START, "1,open,10", "2,open,20", "3,open,30")
        orders.land(0, "U,05:00,1,paid,10", "U,05:00,1,shipped,10", "D,06:00,2,open,20", "I,07:00,4,open,4")
        orders.run(0)
        orders.land(1, "I,01:00,2,open,21", "U,02:00,3,lost,30", "U,03:00,4,lost,4", "D,04:00,5,open,5")
        orders.land(0, "U,01:00,1,open,11", "D,59:00,4,open,4", name="late")
        if orders is thorough:
            monkeypatch.setattr(publish_silver, "_only_newer", lambda *_: False)
        orders.run(1)
    columns = ("order_id", "status", "amount", "_sequence", "_known_at", "_deleted")
    assert quick.rows("silver.orders", *columns) == thorough.rows("silver.orders", *columns)
    assert quick.live() == [(1, "shipped", 10.0), (2, "open", 21.0), (3, "open", 30.0)]
    assert quick.rows("silver.orders_changes", "*") == thorough.rows("silver.orders_changes", "*")
