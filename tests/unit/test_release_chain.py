"""The release log as a chain: what was changed, taken out or put in is found; what was live when is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headgate.cli.told_release import Told
from headgate.releases.live import live_at, what_was_live
from headgate.releases.release_chain import BEGINNING, breaks, chained
from headgate.releases.release_rows import Release

MOMENT = datetime(2026, 3, 1, 7, 0, 0, 123456, tzinfo=UTC)
PASSED = [{"check": "rows", "passed": True, "said": "500 labelled rows, 100 needed"}]


def row(number: int, decision: str, version: int | None, day: int) -> Release:
    return Release(
        number,
        decision,
        version,
        version,
        None,
        PASSED,
        pins={"gold.examples": number},
        frontier=f"2013-01-{day:02d}T00:00:00+00:00",
        decided_at=MOMENT.replace(day=number),
    )


def history() -> list[Release]:
    """Promoted 1, held 2, promoted 3, and back to 1."""
    found: list[Release] = []
    for one in (
        row(1, "promote", 1, 10),
        row(2, "hold", 2, 11),
        row(3, "promote", 3, 12),
        replace(row(4, "rollback", 1, 14), back_to=1, decided_by="anna", why="too many alarms"),
    ):
        found.append(chained(one, found))
    return found


def test_the_digest_is_that_of_the_canonical_text() -> None:
    first = chained(Release(1, "promote", 1, 1, None, [], decided_at=MOMENT), [])
    # sha256sum of the JSON text with sorted keys and no white space, made apart from the code
    assert first.previous == BEGINNING
    assert first.hash == "68da25d9648e27ce44bd62606b325f6188e4289af850d978c153e40a9ef8ef49"


def test_a_chain_that_nobody_touched_holds() -> None:
    assert breaks(history()) == breaks([]) == []


Tamper = Callable[[list[Release]], list[Release]]
TAMPERED: dict[str, tuple[Tamper, list[str]]] = {
    "a changed reason": (
        lambda rows: [rows[0], replace(rows[1], reasons=[{**PASSED[0], "passed": False}]), *rows[2:]],
        ["release 2 was changed: it is not what its digest says"],
    ),
    "a changed row with a digest to fit": (
        lambda rows: [chained(replace(rows[0], version=7), []), *rows[1:]],
        ["release 2 does not follow what stands before it"],
    ),
    "a row taken out": (
        lambda rows: [rows[0], *rows[2:]],
        ["release 2 is missing; release 3 stands in its place"],
    ),
    "a row taken out and the others renumbered": (
        lambda rows: [rows[0], replace(rows[2], release=2)],
        [
            "release 2 was changed: it is not what its digest says",
            "release 2 does not follow what stands before it",
        ],
    ),
    "a digest taken off": (
        lambda rows: [*rows[:3], replace(rows[3], hash="")],
        ["release 4 has no digest, and those before it have"],
    ),
    "another moment": (
        lambda rows: [*rows[:3], replace(rows[3], decided_at=MOMENT)],
        ["release 4 was changed: it is not what its digest says"],
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_done_to_it_is_found(name: str) -> None:
    tamper, expected = TAMPERED[name]
    assert breaks(tamper(history())) == expected


def test_the_end_that_was_cut_off_is_missed_by_mlflow() -> None:
    rows = history()
    told = Told(4, rows[3].hash)
    assert told.breaks(rows) == []
    assert told.breaks(rows[:3]) == ["release 4 is gone, of which MLflow was told"]
    other = [*rows[:3], chained(replace(rows[3], why="no reason"), rows[:3])]
    assert breaks(other) == []
    assert told.breaks(other) == ["release 4 is another one than MLflow was told of"]


def test_rows_of_an_earlier_headgate_are_vouched_for_by_the_first_with_a_digest() -> None:
    old = [replace(row(number, "hold", number, number), decided_at=None) for number in (1, 2)]
    new = [*old, chained(row(3, "promote", 3, 3), old)]
    assert breaks(new) == []
    changed = [replace(old[0], version=9), *new[1:]]
    assert breaks(changed) == ["release 3 does not follow what stands before it"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "release"),
    [("2013-01-09", None), ("2013-01-10", 1), ("2013-01-11T23", 1), ("2013-01-13", 3), ("2013-02-01", 4)],
)
def test_what_was_live_on_the_clock_of_the_data(moment: str, release: int | None) -> None:
    found = live_at(history(), at(moment))
    assert (found.release if found else None) == release


@pytest.mark.parametrize(
    ("moment", "release"), [("2026-02-28", None), ("2026-03-02T12", 1), ("2026-03-05", 4)]
)
def test_what_was_live_on_the_wall_clock(moment: str, release: int | None) -> None:
    found = live_at(history(), at(moment), "wall")
    assert (found.release if found else None) == release


def test_a_move_counts_from_when_an_earlier_one_did_though_its_own_data_ended_before() -> None:
    """Rows of an earlier Headgate: what the rules promoted is dated by its candidate's frontier."""
    rows = [
        Release(number, decision, number, number, None, [], frontier=f"2013-01-{day}T00:00:00+00:00")
        for number, decision, day in ((1, "promote", 10), (2, "by_hand", 14), (3, "promote", 12))
    ]
    served = [live_at(rows, at(f"2013-01-{day}")) for day in (11, 13, 14)]
    assert [row.release if row else None for row in served] == [1, 1, 3]


def test_the_periods_follow_each_other() -> None:
    told = [
        (one.version, one.release, one.decision, one.since[:10], one.until)
        for one in what_was_live(history())
    ]
    assert told == [
        (1, 1, "promote", "2013-01-10", "2013-01-12T00:00:00+00:00"),
        (3, 3, "promote", "2013-01-12", "2013-01-14T00:00:00+00:00"),
        (1, 4, "rollback", "2013-01-14", None),
    ]
