"""Rules in plain words, for reports and messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from headgate.gates.rules import GateRule, is_freshness


def in_words(rule: GateRule) -> str:
    """One sentence without a full stop: what holds where the rule is kept."""
    subject = rule.kwargs.get("column") or " and ".join(rule.columns)
    sentence = _sentence(rule, str(subject), rule.kwargs)
    condition, mostly = rule.kwargs.get("row_condition"), rule.kwargs.get("mostly", 1)
    if condition:
        sentence += f", where {condition}"
    if mostly < 1:
        sentence += f", in at least {100 * mostly:g} % of the rows"
    return f"{sentence}, except {rule.quiet}" if rule.quiet else sentence


def _sentence(rule: GateRule, subject: str, kwargs: dict[str, Any]) -> str:
    name = rule.id.rpartition(".")[2]
    if rule.id == "table.columns":
        return "the staged columns are exactly those of the contract"
    if rule.id in ("table.volume", "table.volume.busy"):
        return f"each hour has {_range(kwargs)} rows"
    if name == "type" and "type_" in kwargs:
        return f"{subject} has the type {str(kwargs['type_']).removesuffix('Type').lower()}"
    if rule.words:
        return rule.words
    if is_freshness(rule):
        age = timedelta(seconds=kwargs["max_value"])
        return f"the newest {rule.columns[0]} is at most {_hours(age)} older than the window's end"
    if rule.id == "key.unique":
        return (
            f"{' and '.join(rule.columns)} together come once"
            if len(rule.columns) > 1
            else f"each {subject} comes once"
        )
    match rule.expectation:
        case "expect_column_values_to_not_be_null":
            return f"{subject} is never missing"
        case "expect_column_values_to_be_null":
            return f"{subject} is always missing"
        case "expect_column_values_to_be_in_set":
            return f"{subject} is one of {_listed(kwargs['value_set'])}"
        case "expect_column_values_to_not_be_in_set":
            return f"{subject} is none of {_listed(kwargs['value_set'])}"
        case "expect_column_values_to_be_between":
            return f"{subject} is {_range(kwargs)}"
        case "expect_column_values_to_match_regex":
            return f"{subject} has the form {kwargs['regex']}"
        case "expect_column_pair_values_a_to_be_greater_than_b":
            relation = "at least" if kwargs.get("or_equal") else "greater than"
            return f"{kwargs['column_A']} is {relation} {kwargs['column_B']}"
        case "expect_column_pair_values_to_be_equal":
            return f"{kwargs['column_A']} equals {kwargs['column_B']}"
    expected = rule.expectation.removeprefix("expect_").replace("_", " ")
    given = {key: value for key, value in kwargs.items() if key not in ("row_condition", "mostly")}
    return f"{expected} ({', '.join(f'{key} {_plain(value)}' for key, value in given.items())})"


def _range(kwargs: dict[str, Any]) -> str:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None:
        return f"from {_plain(low)} to {_plain(high)}"
    return f"at least {_plain(low)}" if low is not None else f"at most {_plain(high)}"


def _listed(values: list[Any], most: int = 12) -> str:
    shown = ", ".join(_plain(value) for value in values[:most])
    return f"{shown} and {len(values) - most} more" if len(values) > most else shown


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


def _hours(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    if minutes % (24 * 60) == 0 and minutes:
        return f"{minutes // (24 * 60)} d"
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
