"""History that came late, stamped anew, gives the tables of a world where it came in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.gates.gate_closed import GateClosed
from headgate.hops import restamp_bronze
from headgate.hops.decide import decide
from headgate.hops.ledger import Ledger
from headgate.hops.restamp import NotToRestamp, _require_possible, restamp
from headgate.hops.restamp_bronze import is_late, stamped_late
from headgate.hops.run_range import Behind, NotToReplay
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import START
from tests.hours.orders_with_examples import CONTRACT, OrdersWithExamples

HOUR = timedelta(hours=1)
ON_TIME = (
    (0, "000000000", ("I,05:00,1,ann,open,10", "I,06:00,2,bob,open,20", "I,07:00,7,bob,lost,7")),
    (1, "000000000", ("U,05:00,1,ann,paid,11", "I,06:00,3,ann,open,30")),
    (2, "000000000", ("I,05:00,4,bob,open,40",)),
    (3, "000000000", ("U,05:00,3,ann,paid,31", "D,06:00,2,,,")),
)
LATE = (
    (1, "late", ("I,30:00,5,ann,open,50", "U,40:00,2,bob,shipped,21", "I,41:00,8,bob,lost,8")),
    (2, "late", ("U,50:00,5,ann,paid,51", "D,55:00,1,,,")),
)


def landed(orders: OrdersWithExamples, *files: tuple[int, str, tuple[str, ...]]) -> None:
    for hour, name, lines in files:
        orders.land(hour, *lines, name=name)


def stamped(orders: OrdersWithExamples, since: int = 1, run: str = "manual__1", last: int = 4) -> Ledger:
    return restamp(
        orders.spark, orders.settings, "orders", START + since * HOUR, START + last * HOUR,
        by="anna", why="the line was down", run=run,
    )  # fmt: skip


@pytest.fixture(scope="module")
def in_time(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> OrdersWithExamples:
    """Hours 0 to 4 of a world where every file was there in its hour."""
    orders = OrdersWithExamples(spark, tmp_path_factory.mktemp("in_time"))
    landed(orders, *ON_TIME, *LATE)
    orders.run(4)
    return orders


@pytest.fixture(scope="module")
def late(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> OrdersWithExamples:
    """The same hours, where two files came after their hours were done."""
    orders = OrdersWithExamples(spark, tmp_path_factory.mktemp("late"))
    landed(orders, *ON_TIME)
    orders.run(2)
    landed(orders, *LATE)
    orders.run(4)
    return orders


def test_what_was_committed_before_the_moment_and_what_re_entered_stays_late(
    late: OrdersWithExamples,
) -> None:
    loaded, versions = load_pipeline(late.settings, "orders"), late.ledger().versions()
    counts = [
        stamped_late(late.spark, late.settings, loaded, versions, START + hour * HOUR) for hour in (1, 2, 3)
    ]
    assert counts == [{"orders": 5}, {"orders": 2}, {}]
    path = table_path(late.settings.lake, "orders", "bronze.orders")
    rows = read_at(late.spark, path, versions["bronze.orders"])
    assert rows.withColumn("_request", F.lit("replay 1")).where(is_late(START)).count() == 0


def test_all_tables_are_those_of_a_world_where_the_files_came_in_time(
    late: OrdersWithExamples, in_time: OrdersWithExamples, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, before = in_time.tables(), late.tables()
    assert all(before[table] != wanted[table] for table in wanted)
    assert {row[0] for row in wanted["gold.examples"]} == {1, 2, 3, 4, 5}
    assert {row[0]: row[5] for row in wanted["gold.examples"]} == {1: 1, 2: 0, 3: 1, 4: None, 5: 1}

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(restamp_bronze, "versions_now", _dies)
        stamped(late)
    assert [entry.state for entry in late.ledger().entries()][-1] == "intent"
    with pytest.raises(Behind) as waits:  # and what was begun is finished first
        late.hop("bronze", 5)
    assert str(waits.value) == (
        "behind 2024-01-01 01:00: bronze is stamped anew, from 2024-01-01T01 on.\n"
        "  where: restamp, by anna: the line was down\n"
        "  left behind: Nothing of this hour was read; it stays open.\n"
        "  next: ./headgate status, which prints the command that derives again what is lacking; the next "
        "run then takes the hours that waited."
    )
    line = late.ledger().entries()[-1]
    assert (line.state, line.hop, line.range_start, line.range_end, line.decided_by, line.why) == (
        "restamped", "restamp", START + HOUR, START + 5 * HOUR, "anna", "the line was down",
    )  # fmt: skip
    assert line.rows["bronze.orders"].published == 5
    assert late.rows("bronze.orders", "*") == wanted["bronze.orders"]
    assert {**late.tables(), "bronze.orders": []} == {**before, "bronze.orders": []}
    with pytest.raises(NotToReplay, match="All that is lacking is derived in one go"):
        late.replay(2, 4, "silver")
    with pytest.raises(NotToReplay, match="Silver must be derived first"):
        late.replay(1, 4, "gold")

    late.replay(1, 4, "silver", "gold")
    assert late.tables() == wanted
    entries = len(late.ledger().entries())
    stamped(late)  # the same run again, and another one: there is nothing left to do
    stamped(late, run="manual__2")
    assert len(late.ledger().entries()) == entries
    assert late.ledger().held() is None


def _dies(*_: object) -> dict[str, int]:
    raise KeyboardInterrupt


DONE = START + HOUR
AGAIN = './headgate replay orders --restamp 2024-01-01T01 --why "..."'
RUN = "./headgate run orders --from 2024-01-01T03 --to 2024-01-01T03"
HELD = SimpleNamespace(
    state="rolled_back", verdict="to those of release 1", range_start=START, range_end=DONE + HOUR
)


@pytest.mark.parametrize(
    ("asked", "told", "problem", "way"),
    [
        ({"since": 3, "last": 3}, {"done": None}, "no hour is done yet", RUN),
        ({"since": 3, "last": 3}, {}, "the last hour done is 2024-01-01T01", RUN),
        ({"last": 0}, {}, "it reaches up to the last hour done, which is 2024-01-01T01", AGAIN),
        ({"why": " "}, {}, "stamping anew says who does it, and why", AGAIN),
        ({"minute": 30}, {}, "01:30:00 is within an hour", f"{AGAIN}: the hour, by its start"),
        (
            {},
            {"held": HELD},
            "hours wait: the tables are rolled back, to those of release 1",
            "./headgate replay orders --from 2024-01-01T00 --to 2024-01-01T01",
        ),
        (
            {},
            {"claim": SimpleNamespace(hour=START + 2 * HOUR)},
            "2024-01-01T02 has begun and is not done",
            "./headgate status, and see that hour through; then the same again",
        ),
    ],
)
def test_what_may_not_be_stamped_is_refused(
    asked: dict[str, Any], told: dict[str, Any], problem: str, way: str
) -> None:
    asked = {"since": 1, "last": 1, "minute": 0, "why": "the line was down", **asked}
    told = {"done": DONE, "held": None, "claim": None, **told}
    ledger = SimpleNamespace(
        last_hour_done=lambda: told["done"], held=lambda: told["held"], claim=lambda: told["claim"]
    )
    since: datetime = START + asked["since"] * HOUR + timedelta(minutes=asked["minute"])
    with pytest.raises(NotToRestamp) as refused:
        _require_possible(
            cast(Ledger, ledger), "orders", START, since, START + asked["last"] * HOUR, "anna", asked["why"]
        )
    assert str(refused.value) == (
        f"Bronze of orders is not stamped anew from {since:%Y-%m-%dT%H} on: {problem}.\n"
        "  where: orders_replay\n"
        "  left behind: Nothing was read, and all tables are as they were.\n"
        f"  next: {way}"
    )


def test_what_was_put_apart_stays_apart_when_it_is_known_earlier(spark: SparkSession, tmp_path: Path) -> None:
    orders = OrdersWithExamples(spark, tmp_path)
    closes = CONTRACT.replace("between: {min: 0}, on_fail: quarantine", "between: {min: 0}, on_fail: close")
    orders.write("expectations/orders/silver.orders.yaml", closes)
    landed(orders, (1, "000000000", ("I,06:00,3,ann,open,30",)))
    orders.run(1)
    landed(orders, (1, "late", ("I,30:00,5,ann,open,-1",)))
    orders.hop("bronze", 2)
    with pytest.raises(GateClosed):
        orders.hop("silver", 2)
    digest = orders.ledger().closed_gates()[-1].digest
    decide(spark, orders.settings, "orders", "divert", digest, by="anna", why="a broken till")
    orders.run(2)
    stamped(orders, 1, last=2)
    orders.replay(1, 2, "silver", "gold")
    orders.replay(1, 1, "silver")
    marks = orders.rows("silver.orders_changes", "order_id", "hour(_known_at)", "size(_failed_rules)")
    assert marks == [(3, 2, 0), (5, 2, 1)]
