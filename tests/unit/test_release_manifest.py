"""Which publish a model's tables come from, and by which gates they went: what the ledger says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headgate.hops.ledger import Entry, Ledger, State
from headgate.releases import release_manifest
from headgate.releases.release_manifest import manifest_of, published_with
from headgate.spec.settings import Settings

START = datetime(2013, 1, 10, tzinfo=UTC)
Line = tuple[str, State, int, dict[str, int]]
EXAMPLES, ORDERS = "gold.examples", "silver.orders"
HOURS: list[Line] = [
    ("silver", "done", 1, {ORDERS: 1}),
    ("gold", "done", 1, {EXAMPLES: 1}),
    ("silver", "done", 2, {ORDERS: 2}),
    ("gold", "done", 2, {EXAMPLES: 2}),
]
"""Two hours of two hops: hop, state, the hour's end, the versions."""

NEXT: list[Line] = [("silver", "done", 3, {ORDERS: 7}), ("gold", "done", 3, {EXAMPLES: 7})]


def ledger_of(home: Path, lines: list[Line]) -> Ledger:
    """A ledger with these lines; the report of each is named after its place, from 1 on."""
    ledger = Ledger(Settings(home=home), "orders", "gold")
    ledger._entries = [
        Entry(
            number, number, hop, state, START + timedelta(hours=end - 1), None,
            START + timedelta(hours=end), None, f"attempt {number}", "", report=f"report {number}",
            versions=versions,
        )
        for number, (hop, state, end, versions) in enumerate(lines, start=1)
    ]  # fmt: skip
    return ledger


@pytest.mark.parametrize(
    ("between", "pin", "found", "tables"),
    [
        ([], 2, 4, {EXAMPLES: 2, ORDERS: 2}),
        ([("maintenance", "maintained", 2, {EXAMPLES: 3, ORDERS: 3})], 3, 5, {EXAMPLES: 3, ORDERS: 3}),
        (
            [
                ("forget", "forgetting", 2, {}),
                ("gold", "done", 2, {EXAMPLES: 3}),
                ("forget", "forgetting", 2, {EXAMPLES: 4, ORDERS: 4}),
                ("forget", "forgotten", 2, {}),
            ],
            4,
            7,
            {EXAMPLES: 4, ORDERS: 4},
        ),
        ([("gold", "done", 1, {EXAMPLES: 3})], 3, 5, {EXAMPLES: 3, ORDERS: 2}),
        ([("silver", "done", 1, {ORDERS: 3})], 2, 4, {EXAMPLES: 2, ORDERS: 2}),
        ([], 9, None, {}),
    ],
    ids=["publish", "maintained", "forgotten", "derived again", "another hop", "no such version"],
)
def test_the_line_that_gave_the_examples_their_version(
    tmp_path: Path, between: list[Line], pin: int, found: int | None, tables: dict[str, int]
) -> None:
    ledger = ledger_of(tmp_path, [*HOURS, *between, *NEXT])
    line = published_with(ledger, pin, START + timedelta(hours=2))
    assert (line.entry if line else None) == found
    assert (ledger.versions(line.entry) if line else {}) == tables


def test_gates_are_those_before_the_publish_not_those_of_a_replay_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header: dict[str, Any] = {
        "pins": {EXAMPLES: 2},
        "frontier": (START + timedelta(hours=2)).isoformat(),
        "code": "c",
        "spec": "s",
    }
    monkeypatch.setattr(release_manifest, "header_of", lambda *_: header)
    replay: list[Line] = [("silver", "done", 1, {ORDERS: 3}), ("gold", "done", 1, {EXAMPLES: 3})]
    ledger = ledger_of(tmp_path, [*HOURS, *replay])
    said = manifest_of(Settings(home=tmp_path), "orders", ledger, 1)
    assert said["gate_reports"] == {"silver": "report 3", "gold": "report 4"}
    assert said["tables"] == {EXAMPLES: 2, ORDERS: 2}
