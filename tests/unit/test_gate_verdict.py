"""When a gate closes, and what it says."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.gates.gate_closed import GateClosed
from headgate.gates.hour_counts import HourCount
from headgate.gates.verdict import RuleResult, Verdict, error_class, judge

END = datetime(2013, 1, 29, 8, tzinfo=UTC)
HELD = RuleResult(
    table="silver.flights",
    rule="origin.one_of",
    kind="row",
    column="origin",
    on_fail="close",
    rows=90,
    unexpected=0,
    passed=True,
    words="origin is one of EWR, JFK, LGA",
)
BROKEN = replace(
    HELD,
    unexpected=2,
    passed=False,
    samples=[
        {"key": {"flight_id": "UA-1", "hour": "7"}, "value": "XXX"},
        {"key": {"flight_id": "UA-2"}, "value": None},
    ],
)


def verdict(*rules: RuleResult, hours: list[HourCount] | None = None, share: float = 0.05) -> Verdict:
    return judge(
        digest="d1",
        rules=list(rules),
        rows={"silver.flights": {"staged": 1090, "quarantined": 3}},
        hours={"silver.flights": hours} if hours is not None else {},
        max_quarantine_share=share,
        report="flights/silver/2013-01-29T07/a.html",
    )


def test_nothing_broken_opens() -> None:
    judged = verdict(HELD)
    assert (judged.passed, judged.digest, judged.message) == (True, "d1", "1,090 rows staged, 3 quarantined")


@pytest.mark.parametrize(
    ("on_fail", "error", "passed"),
    [("warn", "", True), ("quarantine", "", True), ("close", "", False), ("warn", "no such column", False)],
)
def test_a_broken_rule_closes_by_its_severity_and_always_when_not_judged(
    on_fail: str, error: str, passed: bool
) -> None:
    assert verdict(replace(BROKEN, on_fail=on_fail, error=error)).passed is passed


def test_warnings_are_counted_in_the_message() -> None:
    judged = verdict(replace(BROKEN, on_fail="warn"), HELD)
    assert judged.message == "1,090 rows staged, 3 quarantined, 1 rule warns"


def test_the_text_of_a_closed_gate() -> None:
    closed = GateClosed(verdict(BROKEN, HELD), "flights", "silver", "2013-01-29 07:00", "/reports/a.html")
    assert str(closed) == (
        "The silver gate of flights is closed at 2013-01-29 07:00: silver.flights origin.one_of: "
        "2 of 90 rows break “origin is one of EWR, JFK, LGA” "
        "(such as flight_id=UA-1 hour=7: XXX, flight_id=UA-2)\n"
        "  where: report /reports/a.html\n"
        "  left behind: Nothing of this hour is published; the tables are as they were, "
        "and later hours wait behind this one.\n"
        "  next: Mend the source file, the contract or the transform, then clear the task silver.stage of "
        "this run with its downstream tasks; the next run takes the hours that wait. Or decide, on record: "
        "./headgate gate accept flights (publish it as it is) or ./headgate gate divert flights (put what is "
        "wrong aside)."
    )


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (replace(BROKEN, error="no column"), "silver.flights origin.one_of could not be judged (no column)"),
        (
            RuleResult("gold.x", "table.columns", "table", None, "close", 0, 1, False, [], words="w"),
            "gold.x table.columns is broken: “w”",
        ),
        (
            RuleResult("gold.x", "table.volume", "hours", None, "close", 24, 1, False, [], words="w"),
            "gold.x table.volume: 1 of 24 hours breaks “w”",
        ),
        (
            RuleResult("bronze.x", "files.header", "files", None, "close", 3, 2, False, []),
            "bronze.x files.header: 2 of 3 files break it",
        ),
    ],
)
def test_what_each_kind_of_rule_says(result: RuleResult, text: str) -> None:
    assert verdict(result).message == text


def test_a_message_tells_five_rules_and_counts_the_rest() -> None:
    results = [replace(BROKEN, rule=f"c{number}.one_of") for number in range(8)]
    assert verdict(*results).message.endswith("; and 3 more rules")
    assert verdict(*results).message.count("origin is one of") == 5


def test_one_bad_hour_closes_however_wide_the_range() -> None:
    hours = [HourCount(END - timedelta(hours=age), 100, 0) for age in range(600)]
    hours[3] = HourCount(END - timedelta(hours=3), 100, 6)
    judged = verdict(HELD, hours=hours)
    assert judged.passed is False
    assert judged.message == (
        "silver.flights quarantine.share: 1 of 600 hours breaks "
        "“at most 5 % of an hour's rows are quarantined” (such as hour=2013-01-29T04: 6 of 100 rows (6.0 %))"
    )


@pytest.mark.parametrize(("quarantined", "passed"), [(0, True), (5, True), (6, False)])
def test_the_share_itself_is_allowed(quarantined: int, passed: bool) -> None:
    assert verdict(HELD, hours=[HourCount(END, 100, quarantined)]).passed is passed


def test_the_share_is_exact_where_its_product_is_not() -> None:
    assert verdict(HELD, hours=[HourCount(END, 100, 29)], share=0.29).passed


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30), st.floats(0, 1))
def test_the_gate_closes_exactly_when_some_hour_exceeds_the_share(
    counts: list[tuple[int, int]], share: float
) -> None:
    hours = [HourCount(END + timedelta(hours=i), rows + bad, bad) for i, (rows, bad) in enumerate(counts)]
    exceeded = [hour for hour in hours if hour.rows and hour.quarantined / hour.rows > share + 1e-9]
    within = [hour for hour in hours if not hour.rows or hour.quarantined / hour.rows < share - 1e-9]
    judged = verdict(HELD, hours=hours, share=share)
    if exceeded:
        assert not judged.passed
    elif len(within) == len(hours):
        assert judged.passed


def test_a_verdict_is_read_back_as_it_was_written() -> None:
    judged = verdict(BROKEN, HELD, hours=[HourCount(END, 90, 9)])
    assert Verdict.from_json(judged.to_json()) == judged


def test_a_closed_gate_survives_being_sent_between_processes() -> None:
    closed = GateClosed(verdict(BROKEN), "flights", "silver", "2013-01-29 07:00")
    again = pickle.loads(pickle.dumps(closed))
    assert (str(again), again.verdict) == (str(closed), closed.verdict)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("[CAST_INVALID_INPUT] The value 'SW1A 1AA' of the type", "[CAST_INVALID_INPUT]"),
        (
            "Caught exception [A_B.C_D] of 'Ada'",
            "[A_B.C_D]",
        ),
        ("no number: [ADA]", "an error"),
    ],
)
def test_of_an_error_that_may_quote_a_value_the_class_is_told(error: str, told: str) -> None:
    said = f"{told}; its text may have personal values and is not kept"
    assert error_class(error) == said
    assert error_class(said) == said


def test_that_a_column_is_missing_is_told_as_it_is() -> None:
    missing = 'Error: The column "weight" in BatchData does not exist.'
    assert error_class(missing) == missing
    assert error_class(f"{missing} Ada") == "an error; its text may have personal values and is not kept"
