"""Tables go back to what was published together, hours wait, and a replay from bronze goes forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.hops import roll_back
from headgate.hops.finish import finish_open_intents
from headgate.hops.gate import gate
from headgate.hops.ledger import Ledger
from headgate.hops.publish import publish
from headgate.hops.roll_back import TablesBack, VersionsGone, require_files, roll_tables_back, tables_back
from headgate.hops.run_range import Behind, NotToReplay, run_range
from headgate.hops.stage import stage
from headgate.lake.history import files_at
from headgate.lake.paths import table_path
from headgate.releases.maintain import Keep, maintain
from headgate.spec.load import load_pipeline
from tests.hours.orders_pipeline import START, Orders

HOUR = timedelta(hours=1)
FIRST = [(1, "open", 10.0), (2, "open", 20.0)]
LAST = [(1, "paid", 10.0), (3, "open", 30.0)]


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    """Hours 0 to 2 are done; an order is paid in hour 1, one goes and one comes in hour 2."""
    made = Orders(spark, tmp_path)
    made.land(0, "I,05:00,1,open,10", "I,06:00,2,open,20")
    made.land(1, "U,05:00,1,paid,10")
    made.land(2, "D,05:00,2,open,20", "I,06:00,3,open,30")
    made.run(0, 1, 2)
    return made


def back_to(orders: Orders, hour: int) -> TablesBack:
    """The way back to the end of an hour."""
    loaded = load_pipeline(orders.settings, "orders")
    line = next(e for e in orders.ledger().done("silver") if e.hour == START + hour * HOUR)
    return tables_back(loaded, orders.ledger(), line)


def roll(orders: Orders, back: TablesBack) -> Ledger:
    return roll_tables_back(
        orders.spark,
        orders.settings,
        load_pipeline(orders.settings, "orders"),
        orders.ledger(),
        back,
        name="manual__1",
        verdict="to those of release 1",
        by="anna",
        why="the till was wrong",
    )


def replay(orders: Orders, first: int, last: int) -> None:
    name = orders.attempt("silver", last)
    start = START + first * HOUR
    stage(orders.spark, orders.settings, "orders", "silver", START + last * HOUR, name, replay_from=start)
    gate(orders.spark, orders.settings, "orders", "silver", name)
    publish(orders.spark, orders.settings, "orders", "silver", name)


def dying_after(kept: int) -> Callable[[SparkSession, str, int], None]:
    """The restoring of tables in a process that dies after some of them."""
    calls: list[str] = []
    restore = roll_back._restore

    def dying(spark: SparkSession, path: str, version: int) -> None:
        if len(calls) >= kept:
            raise KeyboardInterrupt
        calls.append(path)
        restore(spark, path, version)

    return dying


def seen(orders: Orders) -> list[tuple[object, ...]]:
    """What a reader of the SQL name sees."""
    rows = orders.spark.sql("SELECT order_id, status, amount FROM orders_silver.orders ORDER BY 1").collect()
    return [tuple(row) for row in rows]


def test_readers_see_the_old_set_hours_wait_and_a_replay_goes_forward(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, bronze = orders.rows("silver.orders", "*"), orders.version("bronze.orders")
    back = back_to(orders, 0)
    assert (back.until, back.now, back.since) == (START + HOUR, START + 3 * HOUR, START + HOUR)
    assert back.versions == {"silver.orders": 1, "silver.orders_changes": 1}
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(roll_back, "_restore", dying_after(1))
        patched.setattr(roll_back, "side_by_side", lambda works: [work() for work in works])
        roll(orders, back)
    assert orders.ledger().entries()[-1].state == "intent"
    loaded = load_pipeline(orders.settings, "orders")
    ledger = finish_open_intents(orders.spark, orders.settings, loaded, orders.ledger())
    assert seen(orders) == orders.live() == FIRST
    assert orders.version("bronze.orders") == bronze
    line = ledger.entries()[-1]
    assert (line.state, line.hop, line.decided_by, line.why) == (
        "rolled_back", "rollback", "anna", "the till was wrong",
    )  # fmt: skip
    assert ledger.versions()["silver.orders"] == orders.version("silver.orders")
    assert ledger.frontier() == START + 3 * HOUR
    assert back_to(orders, 0).versions == {}

    orders.land(3, "I,05:00,4,open,40")
    with pytest.raises(Behind) as waits:
        orders.hop("bronze", 3)
    assert str(waits.value) == (
        "behind 2024-01-01 00:00: the tables are rolled back, to those of release 1.\n"
        "  where: rollback, by anna: the till was wrong\n"
        "  left behind: Nothing of this hour was read; it stays open.\n"
        "  next: ./headgate status, which prints the command that derives again what is lacking; the next "
        "run then takes the hours that waited."
    )
    with pytest.raises(NotToReplay) as part:
        replay(orders, 2, 2)
    assert str(part.value) == (
        "Hours of orders wait: the tables are rolled back, to those of release 1. All that is lacking is "
        "derived in one go.\n"
        "  where: orders_replay\n"
        "  left behind: Nothing was read, and all published tables are as they were.\n"
        "  next: ./headgate replay orders --from 2024-01-01T01 --to 2024-01-01T02"
    )
    assert seen(orders) == FIRST

    replay(orders, 1, 2)
    assert orders.ledger().rolled_back() is None
    assert (seen(orders), orders.rows("silver.orders", "*")) == (LAST, before)
    assert back_to(orders, 1).since == START + HOUR  # that is how far back the replay reached
    orders.run(3)
    assert seen(orders) == [*LAST, (4, "open", 40.0)]


def test_forward_is_also_a_rollback_to_a_later_set_and_what_is_gone_is_told(orders: Orders) -> None:
    last = back_to(orders, 2)
    assert (last.versions, last.since) == ({}, last.now)
    roll(orders, back_to(orders, 0))
    forward = back_to(orders, 1)
    assert forward.since == START + 2 * HOUR
    roll(orders, forward)
    assert seen(orders) == [(1, "paid", 10.0), (2, "open", 20.0)]
    whole = back_to(orders, 2)
    roll(orders, whole)
    assert seen(orders) == LAST
    assert orders.ledger().rolled_back() is None
    run_range(orders.ledger(), "bronze", START + 3 * HOUR)

    back = back_to(orders, 0)
    entries, path = (
        len(orders.ledger().entries()),
        table_path(orders.settings.lake, "orders", "silver.orders"),
    )
    Path(files_at(path, 1)[0]).unlink()
    with pytest.raises(VersionsGone) as gone:
        roll(orders, back)
    assert str(gone.value) == (
        "silver.orders cannot go back to version 1: it lacks 1 of its 2 files\n"
        f"  where: {path}\n"
        "  left behind: all tables and the alias champion as they were\n"
        "  next: leave out --tables, which moves the champion alone, since tables go back as far as "
        "HEADGATE_KEEP_VERSIONS reaches; or mend what is wrong and derive its hours again: "
        "./headgate replay orders"
    )
    assert len(orders.ledger().entries()) == entries
    with pytest.raises(VersionsGone, match="version 99: its log does not reach back that far"):
        require_files(orders.settings, "orders", {"silver.orders": 99})


def test_tables_go_back_as_far_as_replaced_versions_are_kept(orders: Orders) -> None:
    first = back_to(orders, 0)
    week, nothing = (Keep(span, span, span) for span in (timedelta(days=7), timedelta(0)))
    list(maintain(orders.spark, orders.settings, "orders", week, datetime.now(UTC)))
    assert back_to(orders, 2).versions == {}  # maintenance moved its rows, no more
    require_files(orders.settings, "orders", first.versions)
    roll(orders, back_to(orders, 0))
    assert seen(orders) == FIRST
    roll(orders, back_to(orders, 2))
    assert seen(orders) == LAST

    list(maintain(orders.spark, orders.settings, "orders", nothing, datetime.now(UTC)))
    assert back_to(orders, 2).versions == {}
    with pytest.raises(VersionsGone, match="its log does not reach back that far"):
        require_files(orders.settings, "orders", back_to(orders, 0).versions)
