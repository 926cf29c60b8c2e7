"""A publish that dies half-way is finished by whoever comes next, or undone; nothing is published twice."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.hops import finish, publish_silver
from headgate.hops.gate import gate
from headgate.hops.ledger_append import Fenced, append_entry
from headgate.hops.publish import NotPublished, publish
from headgate.hops.stage import stage
from tests.hours.orders_pipeline import START, Orders


class Killed(Exception):
    """Stands for a process that died."""


@pytest.fixture
def orders(spark: SparkSession, tmp_path: Path) -> Orders:
    made = Orders(spark, tmp_path)
    made.land(0, "I,05:00,1,open,10", "I,06:00,2,open,20")
    made.land(1, "U,05:00,1,paid,10")
    return made


def judged(orders: Orders, hop: str, hour: int) -> str:
    name = orders.attempt(hop, hour)
    stage(orders.spark, orders.settings, "orders", hop, START + timedelta(hours=hour), name)
    gate(orders.spark, orders.settings, "orders", hop, name)
    return name


def publish_it(orders: Orders, hop: str, name: str) -> None:
    publish(orders.spark, orders.settings, "orders", hop, name)


def test_a_publish_that_died_before_its_tables_is_finished_by_the_next(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = judged(orders, "bronze", 0)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(finish, "publish_tables", die)
        publish_it(orders, "bronze", name)
    assert orders.rows("bronze.orders", "order_id") == []
    orders.hop("silver", 0)
    assert orders.live() == [(1, "open", 10.0), (2, "open", 20.0)]
    assert [(e.hop, e.state, e.number) for e in orders.ledger().entries()] == [
        ("bronze", "intent", 1),
        ("bronze", "done", 1),
        ("silver", "intent", 2),
        ("silver", "done", 2),
    ]


def test_a_publish_that_died_between_its_tables_is_finished_without_doubling(
    orders: Orders, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders.hop("bronze", 0)
    name = judged(orders, "silver", 0)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(publish_silver, "merge", die)
        publish_it(orders, "silver", name)
    assert len(orders.rows("silver.orders_changes", "order_id")) == 2
    assert orders.live() == []
    orders.run(1)
    assert orders.live() == [(1, "paid", 10.0), (2, "open", 20.0)]
    assert len(orders.rows("silver.orders_changes", "order_id")) == 3


def test_a_publish_whose_staging_is_lost_is_undone(orders: Orders, monkeypatch: pytest.MonkeyPatch) -> None:
    orders.hop("bronze", 0)
    name = judged(orders, "silver", 0)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(publish_silver, "merge", die)
        publish_it(orders, "silver", name)
    shutil.rmtree(orders.settings.staging / "orders" / "silver" / name)
    orders.hop("silver", 0)
    states = [(e.hop, e.state) for e in orders.ledger().entries()]
    assert states[2:] == [
        ("silver", "intent"),
        ("silver", "undone"),
        ("silver", "intent"),
        ("silver", "done"),
    ]
    assert orders.live() == [(1, "open", 10.0), (2, "open", 20.0)]
    assert len(orders.rows("silver.orders_changes", "order_id")) == 2


def test_a_repeated_publish_changes_nothing(orders: Orders) -> None:
    name = judged(orders, "bronze", 0)
    publish_it(orders, "bronze", name)
    version, entries = orders.version("bronze.orders"), len(orders.ledger().entries())
    publish_it(orders, "bronze", name)
    assert (orders.version("bronze.orders"), len(orders.ledger().entries())) == (version, entries)


def test_staged_files_that_changed_after_the_gate_are_not_published(orders: Orders) -> None:
    name = judged(orders, "bronze", 0)
    staged = next((orders.settings.staging / "orders" / "bronze" / name).glob("tables/*/*.parquet"))
    staged.write_bytes(staged.read_bytes() + b"x")
    with pytest.raises(NotPublished, match="the staged files are not those that the gate judged"):
        publish_it(orders, "bronze", name)
    assert orders.rows("bronze.orders", "order_id") == []


def test_an_attempt_whose_inputs_moved_is_not_published(orders: Orders) -> None:
    orders.hop("bronze", 0)
    stale = judged(orders, "silver", 0)
    orders.hop("silver", 0)
    with pytest.raises(NotPublished) as caught:
        publish_it(orders, "silver", stale)
    assert (
        str(caught.value)
        .splitlines()[0]
        .endswith("is not published: another run moved the frontier since it was staged.")
    )
    assert "Clear the task silver.stage of this run" in str(caught.value)


def test_of_two_writers_of_one_ledger_line_one_wins(orders: Orders) -> None:
    orders.hop("bronze", 0)
    ledger = orders.ledger()
    line = ledger.entries()[-1]
    first = dataclasses.replace(line, entry=ledger.next_entry(), number=7, attempt="first", state="intent")
    second = dataclasses.replace(first, attempt="second")
    append_entry(orders.settings, "orders", ledger, first)
    with pytest.raises(Fenced, match="wrote to the ledger first: intent of bronze, hour 2024-01-01 00:00"):
        append_entry(orders.settings, "orders", ledger, second)
    assert [e.attempt for e in orders.ledger().entries()[-1:]] == ["first"]
