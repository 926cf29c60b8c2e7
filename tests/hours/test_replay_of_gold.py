"""Gold derived again knows, of every hour, what was known then, and no label that is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.hops.ask_quarantine import request_rows
from headgate.hops.stage_gold import parts_of
from headgate.spec.hour_range import HourRange
from headgate.spec.load import load_pipeline
from tests.hours.orders_with_examples import CONTRACT, OrdersWithExamples

NEVER_PAID = CONTRACT.replace("one_of: [open, paid, shipped]", "one_of: [open, shipped]")
LOST_TOO = CONTRACT.replace("one_of: [open, paid, shipped]", "one_of: [open, lost, paid, shipped]")


def labels(orders: OrdersWithExamples) -> list[tuple[object, ...]]:
    return orders.rows("gold.examples", "order_id", "paid", "hour(label_known_at)")


@pytest.mark.parametrize("hours", [[(2, 2)], [(0, 3)], [(0, 0), (1, 1), (2, 2), (3, 3)]])
def test_a_label_whose_change_is_kept_apart_now_is_taken_back(
    spark: SparkSession, tmp_path: Path, hours: list[tuple[int, int]]
) -> None:
    orders = OrdersWithExamples(spark, tmp_path)
    orders.land(0, "I,05:00,1,ana,open,10", "I,06:00,2,ben,open,20", "I,07:00,3,cy,open,30")
    orders.land(1, "U,05:00,2,ben,shipped,20")
    orders.land(2, "U,05:00,1,ana,paid,10", "U,06:00,2,ben,paid,20")
    orders.land(3, "U,05:00,3,cy,shipped,30")
    orders.run(3)
    assert labels(orders) == [(1, 1, 3), (2, 1, 3), (3, 0, 4)]
    orders.write("expectations/orders/silver.orders.yaml", NEVER_PAID)
    for first, last in hours:
        orders.replay(first, last, "silver", "gold")
    assert labels(orders) == [(1, None, None), (2, 0, 2), (3, 0, 4)]


@pytest.mark.parametrize("hours", [[(0, 1)], [(0, 0), (1, 1)], [(1, 1), (0, 0)]])
def test_a_row_that_re_entered_counts_from_its_own_hour_on(
    spark: SparkSession, tmp_path: Path, hours: list[tuple[int, int]]
) -> None:
    orders = OrdersWithExamples(spark, tmp_path)
    orders.land(0, "I,05:00,1,ana,lost,100", "I,06:00,2,ana,open,10")
    orders.run(0)
    request_rows(
        orders.spark,
        orders.settings,
        load_pipeline(orders.settings, "orders"),
        "orders",
        "replay",
        rows=[],
        rules=["status.one_of"],
        values={"status": "open", "amount": "50"},
        why="",
        requested_by="tester",
    )
    orders.land(1, "I,05:00,3,ana,open,30")
    orders.run(1)
    amounts = "customer", "hour(as_of)", "mean_amount"
    assert orders.rows("gold.customer_amounts", *amounts) == [("ana", 1, 10.0), ("ana", 2, 30.0)]
    orders.write("expectations/orders/silver.orders.yaml", LOST_TOO)
    for first, last in hours:
        orders.replay(first, last, "silver", "gold")
    assert orders.rows("gold.customer_amounts", *amounts) == [("ana", 1, 55.0), ("ana", 2, 30.0)]


@pytest.mark.parametrize(
    ("start", "revised", "edges"),
    [
        (0, (), (0, 6)),
        (0, (1,), (0, 6)),
        (0, (3,), (0, 2, 6)),
        (0, (2, 6), (0, 1, 5, 6)),
        (None, (1, 4), (None, 0, 3, 6)),
    ],
)
def test_a_range_is_cut_where_rows_re_entered(
    start: int | None, revised: tuple[int, ...], edges: tuple[int | None, ...]
) -> None:
    def moment(hour: int | None) -> datetime | None:
        return None if hour is None else datetime(2024, 1, 1, hour, tzinfo=UTC)

    end = datetime(2024, 1, 1, 6, tzinfo=UTC)
    found = parts_of(
        HourRange(moment(start), end), [datetime(2024, 1, 1, hour, tzinfo=UTC) for hour in revised]
    )
    assert [found[0].start, *(part.end for part in found)] == [moment(edge) for edge in edges]
    assert all(one.end == other.start for one, other in pairwise(found))
