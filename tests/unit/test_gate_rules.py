"""What a contract becomes: which rules, what they are called, how hard they are, and how they are said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.gates.quarantine import quarantine_query
from headgate.gates.rules import GateRule, RuleError, rules_of
from headgate.gates.words import in_words
from headgate.spec.contract import Contract, Quiet

COLUMNS: dict[str, Any] = {
    "id": {"required": True},
    "amount": {"type": "double", "required": True, "between": {"min": 0, "max": 2.5}, "on_fail": "close"},
    "kind": {"one_of": ["a", "b"], "references": "kinds.kind"},
}


def contract(**more: Any) -> Contract:
    return Contract.model_validate(
        {"description": "One row per id.", "key": ["id"], "columns": COLUMNS, **more}
    )


def ids(table: str, **more: Any) -> list[str]:
    return [f"{rule.id} {rule.kind} {rule.on_fail}" for rule in rules_of(contract(**more), table)]


def test_rules_of_a_silver_table() -> None:
    assert ids("silver.things") == [
        "table.columns table close",
        "id.type table close",
        "amount.type table close",
        "kind.type table close",
        "id.required row quarantine",
        "committed_at.required row quarantine",
        "amount.required row close",
        "amount.between row close",
        "kind.one_of row quarantine",
        "kind.references row warn",
    ]


def test_outside_silver_quarantine_closes_and_gold_keys_come_once() -> None:
    assert ids("gold.things") == [
        "table.columns table close",
        "id.type table close",
        "amount.type table close",
        "kind.type table close",
        "id.required row close",
        "amount.required row close",
        "amount.between row close",
        "kind.one_of row close",
        "kind.references row warn",
        "key.unique table close",
    ]


def test_the_same_rule_twice_has_two_ids() -> None:
    rule = {"expect": "expect_column_values_to_match_regex", "kwargs": {"column": "id", "regex": "^a"}}
    assert ids("silver.things", rules=[rule, rule])[-2:] == [
        "id.match_regex row close",
        "id.match_regex.2 row close",
    ]


def test_only_rows_that_carry_a_whole_row_are_looked_at_save_for_the_key() -> None:
    skipping = {
        rule.id: rule.skips_deletes for rule in rules_of(contract(), "silver.things") if rule.kind == "row"
    }
    assert skipping == {
        "id.required": False,
        "committed_at.required": False,
        "amount.required": True,
        "amount.between": True,
        "kind.one_of": True,
        "kind.references": True,
    }


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            {
                "expect": "expect_column_values_to_be_unique",
                "kwargs": {"column": "id"},
                "on_fail": "quarantine",
            },
            "expect_column_values_to_be_unique looks at more than one row, "
            "so it cannot quarantine single rows.\n"
            "  where: silver.things, rule 1\n"
            "  next: Say `on_fail: warn` or `on_fail: close` there.",
        ),
        (
            {
                "expect": "expect_column_values_to_be_null",
                "kwargs": {"column": "id", "row_condition": "x", "condition_parser": "great_expectations"},
            },
            "A row_condition is a Spark SQL condition; no other condition_parser is understood.\n"
            "  where: silver.things, rule 1\n"
            "  next: Write the condition in Spark SQL and leave condition_parser out.",
        ),
        (
            {
                "expect": "expect_column_pair_values_to_be_in_set",
                "kwargs": {"column_A": "id", "column_B": "kind", "value_pairs_set": [], "row_condition": "x"},
            },
            "Great Expectations does not apply a row_condition to expect_column_pair_values_to_be_in_set.\n"
            "  where: silver.things, rule 1\n"
            "  next: Leave the row_condition out, or write the rule with another expectation.",
        ),
    ],
)
def test_rules_that_are_refused(rule: dict[str, Any], text: str) -> None:
    with pytest.raises(RuleError) as raised:
        rules_of(contract(rules=[rule]), "silver.things")
    assert str(raised.value) == text


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("table.columns", "the staged columns are exactly those of the contract"),
        ("amount.type", "amount has the type double"),
        ("committed_at.required", "_committed_at is never missing"),
        ("amount.between", "amount is from 0 to 2.5"),
        ("kind.one_of", "kind is one of a, b"),
        ("kind.references", "each kind is found in kinds.kind"),
        ("id_kind.a_to_be_greater_than_b", "id is at least kind, where amount > 1"),
        ("id.freshness", "the newest id is at most 2 d older than the window's end"),
        ("table.volume", "each hour has at least 1 rows"),
        ("amount.be_between", "amount is at most 9, where amount > 1, in at least 40 % of the rows"),
        ("amount.mean_to_be_between", "column mean to be between (column amount, max_value 3)"),
    ],
)
def test_rules_in_words(rule: str, words: str) -> None:
    pair = {"column_A": "id", "column_B": "kind", "or_equal": True, "row_condition": "amount > 1"}
    share = {"column": "amount", "max_value": 9, "row_condition": "amount > 1", "mostly": 0.4}
    rules = [
        {"expect": "expect_column_pair_values_a_to_be_greater_than_b", "kwargs": pair},
        {"expect": "expect_column_mean_to_be_between", "kwargs": {"column": "amount", "max_value": 3}},
        {"expect": "expect_column_values_to_be_between", "kwargs": share},
    ]
    written = contract(rules=rules, freshness={"column": "id", "max_age": "48h"}, volume={"min": 1})
    found: dict[str, GateRule] = {found.id: found for found in rules_of(written, "silver.things")}
    assert in_words(found[rule]) == words


def test_quiet_hours_split_the_volume_and_are_said() -> None:
    quiet = {"start": 22, "end": 6, "zone": "America/New_York"}
    fresh, volume = {"column": "id", "max_age": "2h", "why": "news"}, {"min": 5, "max": 9, "why": "size"}
    found = rules_of(contract(freshness=fresh, volume=volume, quiet=quiet), "silver.things")[-3:]
    assert [(rule.id, rule.why, in_words(rule)) for rule in found] == [
        (
            "id.freshness",
            "news",
            "the newest id is at most 2 h older than the window's end, except from 22:00 to 06:00 "
            "America/New_York",
        ),
        ("table.volume", "size", "each hour has at most 9 rows"),
        (
            "table.volume.busy",
            "size",
            "each hour has at least 5 rows, except from 22:00 to 06:00 America/New_York",
        ),
    ]
    least = rules_of(contract(volume={"min": 5}, quiet=quiet), "silver.things")
    assert [rule.id for rule in least if rule.kind == "hours"] == ["table.volume.busy"]


@pytest.mark.parametrize(
    ("start", "end", "zone", "hours"),
    [
        (22, 6, "UTC", [0, 1, 2, 3, 4, 5, 22, 23]),
        (1, 4, "UTC", [1, 2, 3]),
        (23, 1, "America/New_York", [4, 5]),
        (0, 1, "Asia/Kolkata", [19]),
    ],
)
def test_which_hours_are_quiet(start: int, end: int, zone: str, hours: list[int]) -> None:
    quiet = Quiet(start=start, end=end, zone=zone)
    day = datetime(2013, 1, 10, tzinfo=UTC)
    assert [hour for hour in range(24) if quiet.covers(day.replace(hour=hour))] == hours


def test_quiet_hours_follow_the_clock_in_summer() -> None:
    quiet = Quiet(start=23, end=1, zone="America/New_York")
    july = datetime(2013, 7, 10, tzinfo=UTC)
    assert [hour for hour in range(24) if quiet.covers(july.replace(hour=hour))] == [3, 4]


def test_columns_have_reasons_and_shares() -> None:
    kind = {"one_of": ["a"], "references": "kinds.kind", "mostly": 0.5, "why": "it is read by name"}
    found = {r.id: r for r in rules_of(contract(columns={**COLUMNS, "kind": kind}), "silver.things")}
    assert {found[rule].why for rule in ("kind.one_of", "kind.references")} == {"it is read by name"}
    assert in_words(found["kind.references"]) == (
        "each kind is found in kinds.kind, in at least 50 % of the rows"
    )


def test_a_rule_is_personal_when_one_of_its_columns_is() -> None:
    columns = {**COLUMNS, "kind": {"personal": True}}
    rule = {
        "expect": "expect_column_pair_values_to_be_equal",
        "kwargs": {"column_A": "id", "column_B": "kind"},
    }
    found = rules_of(contract(columns=columns, rules=[rule]), "silver.things")
    assert [rule.id for rule in found if rule.personal] == ["id_kind.to_be_equal"]


def test_the_quarantine_is_a_view_of_the_change_log() -> None:
    change = "coalesce(if(startswith(_sequence, '0|'), _sequence, NULL), concat_ws(':', _file, _row))"
    assert quarantine_query("delta.`/lake/x/silver/things_changes` VERSION AS OF 3", contract()) == (
        "SELECT `_failed_rules` AS `rules`, `_known_at` - INTERVAL 1 HOUR AS `hour`, `id`, `amount`, `kind`, "
        "`_op`, `_committed_at`, `_sequence`, `_known_at`, `_file`, `_row`, `_revision`, `_rescued` "
        f"FROM (SELECT *, {change} AS `_change` FROM delta.`/lake/x/silver/things_changes` VERSION AS OF 3 "
        "WHERE size(`_failed_rules`) > 0) marked "
        f"LEFT JOIN (SELECT change, max(`_revision`) AS highest FROM (SELECT {change} AS change, "
        "`_revision` FROM delta.`/lake/x/silver/things_changes` VERSION AS OF 3 WHERE `_revision` > 0) "
        "GROUP BY change) again ON `_change` = again.change "
        "WHERE coalesce(`_revision` >= again.highest, true) "
        "AND NOT array_contains(`_failed_rules`, 'dismissed')"
    )
