"""What a contract must hold by itself, whatever the pipeline says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import available_timezones

from headgate.spec.contract import Column, Contract, Rule
from headgate.spec.expectations import EXPECTATIONS
from headgate.spec.problem import Path, Problem, nearest, one_of, unresolved

QUARANTINE_ELSEWHERE = "only silver keeps single rows apart, so nothing can quarantine here"
WARN_OR_CLOSE = "one of warn, close"
NUMBERS = ("int", "bigint", "double")
MOMENTS = ("date", "timestamp")
_SHARE = "how many references must be found"


def contract_problems(layer: str, contract: Contract) -> list[Problem]:
    """Every mistake inside one contract of a layer (bronze, silver or gold), at its path."""
    problems = [*_key(contract), *_freshness(contract), *_volume(contract), *_quiet(contract)]
    for name, column in contract.columns.items():
        problems += _column(layer, ("columns", name), name, column)
    for index, rule in enumerate(contract.rules):
        problems += _rule(layer, ("rules", index), rule, contract)
    return problems


def _key(contract: Contract) -> Iterator[Problem]:
    for index, name in enumerate(contract.key):
        if name not in contract.columns:
            yield unresolved(("key", index), "column", name, contract.columns)
    for name, count in Counter(contract.key).items():
        if count > 1:
            yield Problem(("key",), f"column {name!r} stands in the key {count} times")


def _column(layer: str, path: Path, name: str, column: Column) -> Iterator[Problem]:
    if layer == "bronze" and column.type != "string":
        yield Problem(
            (*path, "type"), f"{name} is {column.type}, but bronze keeps values as they came", "string"
        )
    says_quarantine = "on_fail" in column.model_fields_set and column.on_fail == "quarantine"
    if says_quarantine and layer != "silver":
        yield Problem((*path, "on_fail"), QUARANTINE_ELSEWHERE, WARN_OR_CLOSE)
    if column.references is not None:
        if layer != "silver":
            message = f"{name}: references are looked up at silver only"
            yield Problem((*path, "references"), message, "the key references in a silver contract")
        elif says_quarantine and not (column.required or column.one_of or column.between):
            message = f"{name}: references depends on other tables, so it cannot quarantine single rows"
            yield Problem((*path, "on_fail"), message, WARN_OR_CLOSE)
    for key, meaning in (("known_missing", "what a reference need not find"), ("mostly", _SHARE)):
        if key in column.model_fields_set and column.references is None:
            message = f"{name}: {key} says {meaning}, but there is no references"
            yield Problem((*path, key), message, "references beside it")
    if not 0 < column.mostly <= 1:
        yield Problem((*path, "mostly"), f"{name}: {column.mostly:g} is no share", "above 0, at most 1")
    for index, value in enumerate(column.known_missing):
        if not _fits(column.type, value):
            message = f"{name} is {column.type}, so it is never {value!r}"
            yield Problem((*path, "known_missing", index), message, _wanted(column.type))
    yield from _one_of(path, name, column)
    yield from _between(path, name, column)


def _one_of(path: Path, name: str, column: Column) -> Iterator[Problem]:
    if column.one_of is None:
        return
    if not column.one_of:
        yield Problem((*path, "one_of"), f"{name}: one_of is an empty list", "at least one value")
    for index, value in enumerate(column.one_of):
        if not _fits(column.type, value):
            message = f"{name} is {column.type}, so it is never {value!r}"
            yield Problem((*path, "one_of", index), message, _wanted(column.type))


def _between(path: Path, name: str, column: Column) -> Iterator[Problem]:
    if column.between is None:
        return
    ends = {"min": column.between.min, "max": column.between.max}
    given = {end: value for end, value in ends.items() if value is not None}
    if not given:
        yield Problem((*path, "between"), f"{name}: between has no end", "min, max or both")
    if column.type == "boolean":
        yield Problem((*path, "between"), f"{name} is boolean, which has no order", "one_of")
        return
    misfits = [end for end, value in given.items() if not _fits(column.type, value)]
    for end in misfits:
        message = f"{name} is {column.type}, which cannot be compared with {given[end]!r}"
        yield Problem((*path, "between", end), message, _wanted(column.type))
    if len(given) == 2 and not misfits and _reversed(ends["min"], ends["max"]):
        message = f"{name}: nothing is between {ends['min']!r} and {ends['max']!r}"
        yield Problem((*path, "between"), message, "min at or below max")


def _reversed(low: object, high: object) -> bool:
    if isinstance(low, str) and isinstance(high, str):
        return low > high
    return isinstance(low, int | float) and isinstance(high, int | float) and low > high


def _fits(kind: str, value: object) -> bool:
    """Whether a value from YAML is one that a column of this type can have."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in NUMBERS:
        whole = kind == "double" or not isinstance(value, float) or value.is_integer()
        return isinstance(value, int | float) and not isinstance(value, bool) and whole
    if kind in MOMENTS:
        return isinstance(value, str) and _is_moment(value)
    return isinstance(value, str)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _wanted(kind: str) -> str:
    return {
        "boolean": "true or false",
        "double": "a number",
        "int": "a whole number",
        "bigint": "a whole number",
        "string": "text (in quotes, where it looks like a number)",
    }.get(kind, "a date or a time, like 2024-01-01 or 2024-01-01T06:00Z")


def _rule(layer: str, path: Path, rule: Rule, contract: Contract) -> Iterator[Problem]:
    kind = EXPECTATIONS.get(rule.expect)
    if kind is None:
        close = nearest(rule.expect, EXPECTATIONS)
        expected = "an expectation of Great Expectations that runs on Spark"
        yield Problem((*path, "expect"), f"unknown expectation {rule.expect!r}", expected, close)
        return
    for name in rule.kwargs:
        if name not in kind.arguments:
            unused = [argument for argument in kind.arguments if argument not in rule.kwargs]
            close = nearest(name, kind.arguments, unused)
            expected = one_of(kind.arguments)
            yield Problem((*path, "kwargs", name), f"{rule.expect} has no argument {name!r}", expected, close)
    for name in kind.needs:
        if name not in rule.kwargs:
            yield Problem((*path, "kwargs"), f"{rule.expect} needs the argument {name!r}")
    yield from _rule_columns((*path, "kwargs"), rule, contract)
    if rule.on_fail != "quarantine":
        return
    if layer != "silver":
        yield Problem((*path, "on_fail"), QUARANTINE_ELSEWHERE, WARN_OR_CLOSE)
    elif not kind.by_row:
        message = f"{rule.expect} judges the table, not single rows, so it cannot quarantine"
        yield Problem((*path, "on_fail"), message, WARN_OR_CLOSE)
    elif "mostly" in rule.kwargs:
        message = "mostly has no meaning for a rule that keeps single rows apart"
        yield Problem((*path, "kwargs", "mostly"), message, "max_quarantine_share in pipeline.yaml")


def _rule_columns(path: Path, rule: Rule, contract: Contract) -> Iterator[Problem]:
    named: list[tuple[Path, object]] = [
        ((*path, argument), rule.kwargs[argument])
        for argument in ("column", "column_A", "column_B")
        if argument in rule.kwargs
    ]
    for argument in ("column_list", "column_set"):
        listed = rule.kwargs.get(argument)
        if isinstance(listed, list):
            named += [((*path, argument, index), name) for index, name in enumerate(listed)]
    for where, name in named:
        if name not in contract.columns:
            yield unresolved(where, "column", str(name), contract.columns)


def _freshness(contract: Contract) -> Iterator[Problem]:
    if contract.freshness is None:
        return
    name = contract.freshness.column
    if name not in contract.columns:
        yield unresolved(("freshness", "column"), "column", name, contract.columns)
    elif contract.columns[name].type != "timestamp":
        message = f"{name} is {contract.columns[name].type}, which has no age"
        yield Problem(("freshness", "column"), message, "a timestamp column")


def _volume(contract: Contract) -> Iterator[Problem]:
    volume = contract.volume
    if volume is None:
        return
    if volume.min is None and volume.max is None:
        yield Problem(("volume",), "volume has no end", "min, max or both")
    elif volume.min is not None and volume.max is not None and volume.min > volume.max:
        yield Problem(
            ("volume",), f"no hour has between {volume.min} and {volume.max} rows", "min at or below max"
        )


def _quiet(contract: Contract) -> Iterator[Problem]:
    quiet = contract.quiet
    if quiet is None:
        return
    if quiet.zone not in available_timezones():
        close = nearest(quiet.zone, available_timezones())
        yield Problem(("quiet", "zone"), f"unknown time zone {quiet.zone!r}", "like America/New_York", close)
    if quiet.start == quiet.end:
        yield Problem(("quiet",), f"no hour lies between {quiet.start} and {quiet.end}", "another end")
    if contract.freshness is None and (contract.volume is None or contract.volume.min is None):
        message = "quiet says when nothing need come, but nothing must come at other hours either"
        yield Problem(("quiet",), message, "freshness, or volume with a min")
