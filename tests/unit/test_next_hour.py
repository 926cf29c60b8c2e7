"""Where runs go on: after the last hour done, or with words that say how to get one."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from headgate.cli.next_hour import NoHours, next_hour


def ledger(done: datetime | None) -> SimpleNamespace:
    return SimpleNamespace(last_hour_done=lambda: done)


def test_runs_go_on_after_the_last_hour_done() -> None:
    found = next_hour(ledger(datetime(2013, 1, 31, 23, tzinfo=UTC)))  # type: ignore[arg-type]  # a stand-in
    assert found == datetime(2013, 2, 1, tzinfo=UTC)


def test_without_an_hour_it_says_how_to_get_one() -> None:
    with pytest.raises(NoHours) as found:
        next_hour(ledger(None))  # type: ignore[arg-type]  # a stand-in
    assert str(found.value).splitlines() == [
        "There are no hours yet to go on from.",
        "  left behind: Nothing was run.",
        "  next: ./headgate demo",
    ]
