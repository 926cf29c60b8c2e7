"""The measurement of rules: which runs it makes, how months add up, what it prints."""

from __future__ import annotations

import runpy
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.spec.settings import REPOSITORY

RULES = runpy.run_path(str(REPOSITORY / "bench" / "rules.py"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        ("2013-01-01 00:00", "2013-01-31 23:00", ["2013-01-31 23:00"]),
        (
            "2013-01-15 06:00",
            "2013-03-01 04:00",
            ["2013-01-31 23:00", "2013-02-28 23:00", "2013-03-01 04:00"],
        ),
        (
            "2013-11-30 23:00",
            "2014-01-01 00:00",
            ["2013-11-30 23:00", "2013-12-31 23:00", "2014-01-01 00:00"],
        ),
    ],
)
def test_a_run_takes_a_month(first: str, last: str, hours: list[str]) -> None:
    assert list(RULES["_last_hours"](at(first), at(last))) == [at(hour) for hour in hours]


def counted(rule: str, rows: int, hours: dict[str, int], on_fail: str = "warn") -> dict[str, Any]:
    return {
        "table": "silver.things",
        "rule": rule,
        "on_fail": on_fail,
        "words": f"{rule} holds",
        "rows": rows,
        "unexpected": sum(hours.values()),
        "hours": hours,
    }


MONTHS = [
    counted("size.between", 1000, {"2013-01-31T22": 2, "2013-01-31T23": 5}),
    counted("size.required", 1000, {}, "quarantine"),
    counted("size.type", 0, {}, "close"),
    counted("size.between", 500, {"2013-02-01T00": 5, "2013-01-31T23": 1}),
    counted("size.required", 500, {}, "quarantine"),
]


def test_months_add_up_and_days_are_counted_once() -> None:
    figures = RULES["_figures"](MONTHS, at("2013-01-31 00:00"), at("2013-02-01 23:00"))
    assert (figures["hours"], figures["days"]) == (48, 2)
    between, required, _ = figures["rules"]
    assert (between["rows"], between["unexpected"], between["days"]) == (1500, 13, 2)
    assert between["hours"] == {"2013-01-31T22": 2, "2013-01-31T23": 6, "2013-02-01T00": 5}
    assert (required["rows"], required["hours"], required["days"]) == (1500, {}, 0)


def test_the_page_has_a_line_for_each_broken_rule_and_names_the_others() -> None:
    figures = RULES["_figures"](MONTHS, at("2013-01-31 00:00"), at("2013-02-09 23:00"))
    assert list(RULES["_markdown"](figures)) == [
        "| rule | on_fail | broken | hours | days | worst hour |",
        "|---|---|---|---|---|---|",
        "| silver.things size.between | warn | 13 of 1,500 | 3 | 2 (20.0 %) | 2013-01-31T23 (6) |",
        "",
        "- silver.things: `size.required`",
    ]
