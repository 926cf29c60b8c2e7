"""When a full load was taken, by the transfer times of its files' rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headgate.ingest.landing import LandingFile
from headgate.ingest.load_time import Span, undated_loads

DAY = datetime(2024, 1, 1, tzinfo=UTC)
LOADS = [LandingFile(path, "orders", "load", None, 1, 1) for path in ("a", "b")]


def days(first: float, last: float) -> Span:
    return DAY + timedelta(days=first), DAY + timedelta(days=last)


NONE = "no row says when the load was taken"
CASES = {
    "one moment": ({"a": days(0, 0), "b": days(0, 0)}, {}),
    "a load of a week": ({"a": days(0, 3), "b": days(3, 7)}, {}),
    "a part without rows": ({"a": days(0, 0)}, {}),
    "no part with rows": ({}, {"a": NONE, "b": NONE}),
    "a part without times": ({"a": None, "b": days(0, 0)}, {"a": NONE}),
    "a part with a wrong time": (
        {"a": days(0, 0), "b": days(0, 7.5)},
        {"b": "rows say that the load was taken from 2024-01-01 to 2024-01-08"},
    ),
    "parts of different loads": (
        {"a": days(0, 0), "b": days(31, 31)},
        {
            "a": "rows say that the load was taken from 2024-01-01 to 2024-02-01",
            "b": "rows say that the load was taken from 2024-01-01 to 2024-02-01",
        },
    ),
}


@pytest.mark.parametrize(("spans", "wrong"), CASES.values(), ids=CASES)
def test_a_load_says_when_it_was_taken(spans: dict[str, Span | None], wrong: dict[str, str]) -> None:
    assert undated_loads(LOADS, spans) == wrong
