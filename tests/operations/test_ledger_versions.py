"""Which versions of a table hold its published rows: a publish replaces rows, maintenance only moves them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from headgate.hops import ledger as module
from headgate.hops.ledger import Entry, Ledger, State
from headgate.spec.settings import Settings
from tests.hours.orders_pipeline import START

LINES: list[tuple[State, dict[str, int]]] = [
    ("done", {"silver.orders": 1, "silver.shops": 1}),
    ("intent", {}),
    ("done", {"silver.orders": 2, "silver.shops": 1}),
    ("maintained", {"silver.orders": 4}),
    ("maintained", {"silver.orders": 6, "silver.shops": 3}),
    ("closed", {}),
    ("done", {"silver.orders": 7, "silver.shops": 3}),
]


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    rows = [
        dataclasses.asdict(
            Entry(number, 0, "silver", state, START, None, START, None, "a", "d", versions=versions)
        )
        for number, (state, versions) in enumerate(LINES, 1)
    ]
    monkeypatch.setattr(module, "read_rows", lambda path: rows)
    return Ledger(Settings(home=Path("home")), "orders", "silver")


@pytest.mark.parametrize(
    ("until", "orders", "shops"),
    [(1, 1, 1), (2, 1, 1), (3, 6, 3), (4, 6, 3), (6, 6, 3), (7, 7, 3), (None, 7, 3)],
)
def test_versions_are_those_until_the_next_publish(
    ledger: Ledger, until: int | None, orders: int, shops: int
) -> None:
    assert ledger.versions(until) == {"silver.orders": orders, "silver.shops": shops}


def test_a_publish_ends_what_older_versions_held(ledger: Ledger) -> None:
    assert [version for version in range(9) if ledger.holds("silver.orders", version)] == [7]
    assert [version for version in range(9) if ledger.holds("silver.shops", version)] == [1, 3]
    assert not ledger.holds("silver.orders", None)


def test_maintenance_goes_on_with_what_was_published(ledger: Ledger) -> None:
    ledger._entries = ledger._entries[:6]
    assert [version for version in range(9) if ledger.holds("silver.orders", version)] == [2, 4, 6]
