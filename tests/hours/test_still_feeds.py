"""Feeds that bring nothing are left out of an hour; references find what the same run brings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.gates.verdict import Verdict
from headgate.hops.attempt import Attempt
from tests.hours.orders_pipeline import CONTRACT, START, Orders

PIPELINE = """\
pipeline: orders
schedule: {start: 2024-01-01}
feeds:
  orders: {key: [order_id]}
  states: {key: [state]}
silver:
  orders: {feed: orders}
  states: {feed: states}
"""
STATES = "description: One row per state of an order.\nkey: [state]\ncolumns:\n  state: {required: true}\n"
ORDERS = CONTRACT.replace(
    "one_of: [open, paid, shipped], on_fail: quarantine",
    "references: states.state, known_missing: [lost], on_fail: warn",
)


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    """Orders whose states are a table of their own, which has a full load and never changes."""
    found = Orders(spark, tmp_path)
    found.write("pipelines/orders/pipeline.yaml", PIPELINE)
    found.write("expectations/orders/silver.orders.yaml", ORDERS)
    found.write("expectations/orders/silver.states.yaml", STATES)
    rows = "".join(f"2024-01-01 00:00:00,{state}\n" for state in ("open", "paid", "shipped"))
    found.write("home/landing/orders/states/LOAD00000001.csv", f"committed_at,state\n{rows}")
    return found


def staged(orders: Orders, hop: str, name: str) -> list[str]:
    return Attempt(orders.settings, "orders", hop, name).manifest().tables


def test_a_feed_is_staged_in_the_hours_that_bring_it_rows(orders: Orders) -> None:
    orders.land(0, "I,05:00,1,open,10")
    orders.land(1, "U,05:00,1,paid,10")
    tables = [
        [staged(orders, hop, orders.hop(hop, hour)) for hop in ("bronze", "silver")] for hour in (0, 1, 2)
    ]
    assert tables == [
        [["bronze.orders", "bronze.states"], ["silver.orders_changes", "silver.states_changes"]],
        [["bronze.orders"], ["silver.orders_changes"]],
        [[], []],
    ]
    assert orders.live() == [(1, "paid", 10.0)]
    assert orders.rows("silver.states", "state") == [("open",), ("paid",), ("shipped",)]
    assert orders.ledger().frontier() == START + timedelta(hours=3)


def test_a_replay_stages_what_its_hours_brought(orders: Orders) -> None:
    orders.land(0, "I,05:00,1,open,10")
    orders.land(1, "U,05:00,1,paid,10")
    orders.run(0, 1)
    before = {table: orders.rows(table, "*") for table in ("silver.orders", "silver.states")}
    orders.hop("bronze", 0)
    assert staged(orders, "silver", orders.hop("silver", 0)) == [
        "silver.orders_changes",
        "silver.states_changes",
    ]
    assert {table: orders.rows(table, "*") for table in before} == before


def test_what_was_committed_ahead_of_its_file_gets_there_in_an_hour_that_brings_nothing(
    orders: Orders,
) -> None:
    path = orders.land(0, "I,05:00,1,open,10")
    with path.open("a") as file:
        file.write("I,2024-01-01 02:30:00,2,paid,20\n")
    orders.run(0, 1)
    assert orders.live() == [(1, "open", 10.0)]
    assert [staged(orders, hop, orders.hop(hop, 2)) for hop in ("bronze", "silver")] == [
        [],
        ["silver.orders_changes"],
    ]
    assert orders.live() == [(1, "open", 10.0), (2, "paid", 20.0)]


def test_a_contract_that_expects_rows_is_judged_before_its_feed_brought_any(orders: Orders) -> None:
    orders.write("expectations/orders/silver.orders.yaml", ORDERS + "volume: {min: 1}\n")
    orders.hop("bronze", 0)
    name = orders.hop("silver", 0)
    assert staged(orders, "silver", name) == ["silver.orders_changes", "silver.states_changes"]
    verdict = Verdict.from_json(Attempt(orders.settings, "orders", "silver", name).read_text("verdict.json"))
    broken = [(rule.table, rule.rule, rule.on_fail) for rule in verdict.rules if not rule.passed]
    assert broken == [("silver.orders", "table.volume", "warn")]


def test_a_contract_that_expects_rows_is_judged_in_every_hour(orders: Orders) -> None:
    orders.write("expectations/orders/silver.states.yaml", STATES + "volume: {min: 1}\n")
    orders.land(0, "I,05:00,1,open,10")
    orders.run(0)
    orders.hop("bronze", 1)
    name = orders.hop("silver", 1)
    assert staged(orders, "silver", name) == ["silver.states_changes"]
    verdict = Verdict.from_json(Attempt(orders.settings, "orders", "silver", name).read_text("verdict.json"))
    broken = [(rule.table, rule.rule, rule.on_fail) for rule in verdict.rules if not rule.passed]
    assert broken == [("silver.states", "table.volume", "warn")]


@pytest.mark.parametrize("mended", [False, True])
def test_what_the_archive_expects_is_not_asked_again_of_hours_that_were_taken(
    orders: Orders, mended: bool
) -> None:
    expects = "description: Changes.\nkey: [order_id]\ncolumns:\n  order_id: {}\n  status: {}\n  amount: {}\n"
    orders.write(
        "expectations/orders/bronze.orders.yaml",
        f"{expects}volume: {{min: 2, on_fail: close}}\n",
    )
    orders.land(0, "I,05:00,1,open,10", "I,50:00,2,open,20")
    orders.hop("bronze", 0)
    if mended:
        orders.land(0, "I,05:00,1,paid,10")
    name = orders.hop("bronze", 0)
    assert staged(orders, "bronze", name) == (["bronze.orders"] if mended else [])
    orders.hop("silver", 0)
    name = orders.hop("bronze", 0)
    assert staged(orders, "bronze", name) == []
    assert orders.live() == ([(1, "paid", 10.0)] if mended else [(1, "open", 10.0), (2, "open", 20.0)])
    orders.land(1, "I,05:00,3,open,30")
    with pytest.raises(GateClosed, match="rows"):
        orders.hop("bronze", 1)


def test_a_reference_finds_what_the_same_run_brings_and_excuses_what_is_known_to_miss(
    orders: Orders,
) -> None:
    orders.land(0, "I,05:00,1,open,10", "I,06:00,2,lost,10", "I,07:00,3,gone,10", "I,08:00,4,,10")
    orders.hop("bronze", 0)
    name = orders.hop("silver", 0)
    verdict = Verdict.from_json(Attempt(orders.settings, "orders", "silver", name).read_text("verdict.json"))
    (rule,) = (rule for rule in verdict.rules if rule.rule == "status.references")
    assert (rule.rows, rule.unexpected, rule.on_fail) == (4, 1, "warn")
    assert [sample["key"] for sample in rule.samples] == [{"order_id": "3"}]
    assert rule.words == ("each status is found in states.state, or is known to be missing there: lost")
