"""The measurement of days: what a closed gate leaves of a day, and who served when."""

from __future__ import annotations

import runpy
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from headgate.cli.run_hours import HoursBehind
from headgate.releases.release_rows import Release
from headgate.spec.settings import REPOSITORY

DAYS = runpy.run_path(str(REPOSITORY / "bench" / "days.py"))
PART = {
    "day": "2013-02-01", "hours": 9, "runs": 24, "seconds": 250.5, "learning_seconds": 0.0, "rows": 4000,
    "quarantined": 3, "gates": {"passed": 27, "closed": 1},
}  # fmt: skip
REST = {
    "day": "2013-02-01", "hours": 15, "runs": 15, "seconds": 400.4, "learning_seconds": 90.1, "rows": 7000,
    "quarantined": 1, "gates": {"passed": 45, "closed": 0},
}  # fmt: skip


def test_a_day_that_a_closed_gate_cut_in_two_is_put_together() -> None:
    assert DAYS["_together"](None, PART) == PART
    assert DAYS["_together"](PART, REST) == {
        "day": "2013-02-01", "hours": 24, "runs": 39, "seconds": 650.9, "learning_seconds": 90.1,
        "rows": 11000, "quarantined": 4, "gates": {"passed": 72, "closed": 1},
    }  # fmt: skip


def line(state: str, published: int = 0, quarantined: int = 0) -> SimpleNamespace:
    counts = SimpleNamespace(published=published, quarantined=quarantined)
    return SimpleNamespace(state=state, rows={"silver.flights": counts})


def test_a_closed_gate_is_counted_before_the_measurement_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The hops of 2013-02-01T00 and one of the next hour are published, then a gate closes."""
    start, then = datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 2, 1, 1, tzinfo=UTC)
    lines = [line("done", 9)]
    more = [*lines, *[line("done", 100, 2)] * 4, line("closed")]
    ledgers = iter([(lines, start), (more, then)])
    known = iter([[], [SimpleNamespace(seconds=31.25), SimpleNamespace(seconds=None)]])
    asked: list[Any] = []

    def ledger(*_: Any) -> SimpleNamespace:
        found, hour = next(ledgers)
        return SimpleNamespace(entries=lambda: found, hour=hour)

    def closed(*arguments: Any) -> None:
        asked.append(arguments[3:6])
        raise HoursBehind("flights", None, [then], str(tmp_path))

    for name, answer in {
        "Ledger": ledger,
        "next_hour": lambda ledger: ledger.hour,
        "load_transform": lambda *_: lambda *_: None,
        "all_runs": lambda *_: next(known),
        "run_hours": closed,
        "wait_for_learning": lambda *_: pytest.fail("there is nothing to learn from yet"),
    }.items():
        monkeypatch.setitem(DAYS["_run_day"].__globals__, name, answer)
    loaded = SimpleNamespace(spec=SimpleNamespace(hops=("bronze", "silver", "gold")))
    settings = SimpleNamespace(landing=tmp_path)
    figures, stopped = DAYS["_run_day"](settings, None, loaded, nullcontext(), by_hour=True)
    assert isinstance(stopped, HoursBehind)
    assert asked == [(start, datetime(2013, 2, 1, 23, tzinfo=UTC), "none")]
    assert figures == {
        "day": "2013-02-01", "hours": 1, "runs": 2, "seconds": 31.2, "learning_seconds": 0.0, "rows": 400,
        "quarantined": 8, "gates": {"passed": 4, "closed": 1},
    }  # fmt: skip
    assert list(DAYS["_lines"]([figures])) == [
        ("2013-02-01", "1", "31", "0", "400", "8", "4", "1", "", "", "")
    ]


def decision(release: int, what: str, version: int, day: int) -> Release:
    return Release(release, what, version, version, None, [], frontier=f"2013-02-{day:02d}T00:00:00+00:00")


HISTORY = [
    decision(1, "promote", 1, 1),
    decision(2, "hold", 2, 2),
    decision(3, "promote", 3, 3),
    decision(4, "rollback", 1, 5),
    decision(5, "by_hand", 3, 7),
    decision(6, "repair", 1, 9),
]


@pytest.mark.parametrize(
    ("day", "version"), [(1, 1), (2, 1), (3, 3), (4, 3), (5, 1), (6, 1), (7, 3), (9, 1), (20, 1)]
)
def test_who_served_when_a_day_began(day: int, version: int) -> None:
    assert DAYS["_serving"](HISTORY, datetime(2013, 2, day, tzinfo=UTC)).version == version


def test_nobody_served_before_the_first_promotion() -> None:
    assert DAYS["_serving"](HISTORY, datetime(2013, 1, 31, tzinfo=UTC)) is None
