"""A contract as a list of rules: what each one is called, what it looks at, what happens when it breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from headgate.spec.contract import Column, Contract, OnFail, Quiet, Rule
from headgate.spec.errors import HeadgateError
from headgate.spec.expectations import EXPECTATIONS

Kind = Literal["row", "table", "hours"]

REFERENCES = "_references_"
"""Prefix of the flag column that stage adds for each `references`: true where the value exists, false where
it does not, true or null where there is no value to look for."""

AGE = "_age_of_"
"""Prefix of the column that the gate adds for `freshness`: seconds from the value to the window's end."""

NOT_A_DELETE = "NOT (`_op` <=> 'D')"
"""The rows of a change log that carry a whole row: a D may hold nothing but its key."""

SPARK_TYPES = {
    "string": "StringType",
    "boolean": "BooleanType",
    "int": "IntegerType",
    "bigint": "LongType",
    "double": "DoubleType",
    "date": "DateType",
    "timestamp": "TimestampType",
}


class RuleError(HeadgateError):
    """A rule of a contract that cannot be judged as it is written."""


@dataclass(frozen=True)
class GateRule:
    """One rule of one table.

    `kind` is `row` (judged by a row's own values), `table` (by all staged rows) or `hours` (by the summary
    with one row per hour). `expectation` and `kwargs` are Great Expectations' own. `columns` are all columns
    that it reads; `personal` when one of them is, and then its values appear nowhere. `words` says the rule
    where Great Expectations' form cannot. `skips_deletes`: D rows are none of its rows. `quiet`: hours of the
    day that it says nothing of.
    """

    id: str
    table: str
    kind: Kind
    on_fail: OnFail
    expectation: str
    kwargs: dict[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    why: str = ""
    personal: bool = False
    words: str = ""
    skips_deletes: bool = False
    quiet: Quiet | None = None

    @property
    def column(self) -> str | None:
        """The one column that the rule is about, if it is about one."""
        return self.columns[0] if len(self.columns) == 1 else None


def rules_of(contract: Contract, table: str) -> list[GateRule]:
    """All rules of the table `<layer>.<table>`, in the order of the contract; ids are unique.

    - `table.columns` and `<column>.type`: staged columns equal the contract; always `close`. A text that
      could not be cast has become null before the gate sees it, so `required` is what catches it.
    - At silver, `<key column>.required` and `committed_at.required`: always `quarantine`, D rows included.
    - `<column>.required`, `.one_of`, `.between`: of each value, with the column's `on_fail`.
    - `<column>.references`: of the flag column, `close` where the column says so, else `warn`.
    - `key.unique` at gold: always `close`. A change log has many rows of a key, an archive too.
    - `<columns>.<what is expected>`: the contract's further rules.
    - `<column>.freshness`, `table.volume`; with quiet hours, the least volume is a rule `table.volume.busy`.

    Only silver keeps single rows apart: elsewhere `quarantine` means `close`. At silver every rule on rows,
    other than those of key and commit time, passes over D rows.

    Raises RuleError for `quarantine` on a rule that needs more than the row itself.
    """
    rules: list[GateRule] = []
    taken: set[str] = set()
    for rule in _all_rules(contract, table):
        name, number = rule.id, 2
        while rule.id in taken:
            rule = replace(rule, id=f"{name}.{number}")
            number += 1
        taken.add(rule.id)
        rules.append(rule)
    return rules


def is_freshness(rule: GateRule) -> bool:
    """Whether a rule is about the age of the newest row."""
    return str(rule.kwargs.get("column", "")).startswith(AGE)


def _all_rules(contract: Contract, table: str) -> Iterator[GateRule]:
    silver = table.startswith("silver.")
    yield GateRule(
        "table.columns",
        table,
        "table",
        "close",
        "expect_table_columns_to_match_set",
        {"column_set": list(contract.columns), "exact_match": True},
        why="whatever reads the table names its columns",
    )
    for name, column in contract.columns.items():
        yield GateRule(
            f"{name}.type",
            table,
            "table",
            "close",
            "expect_column_values_to_be_of_type",
            {"column": name, "type_": SPARK_TYPES[column.type]},
            (name,),
            "a table keeps the type of a column",
        )
    identity = [*contract.key, "_committed_at"] if silver else []
    for name in identity:
        personal = name in contract.columns and contract.columns[name].personal
        yield GateRule(
            f"{name.removeprefix('_')}.required",
            table,
            "row",
            "quarantine",
            "expect_column_values_to_not_be_null",
            {"column": name},
            (name,),
            "without it a change belongs to no row, or to no moment",
            personal,
        )
    for name, column in contract.columns.items():
        for rule in _column_rules(name, column, table, required=column.required and name not in identity):
            yield _layered(rule, silver)
    if table.startswith("gold."):
        yield _key_unique(contract, table)
    for position, further in enumerate(contract.rules):
        yield _layered(_further_rule(further, position, contract, table), silver)
    yield from _window_rules(contract, table)


def _column_rules(name: str, column: Column, table: str, *, required: bool) -> Iterator[GateRule]:
    def rule(what: str, on_fail: OnFail, expectation: str, **kwargs: Any) -> GateRule:
        kwargs = {"column": name, **kwargs}
        return GateRule(
            f"{name}.{what}", table, "row", on_fail, expectation, kwargs, (name,), column.why, column.personal
        )

    if required:
        yield rule("required", column.on_fail, "expect_column_values_to_not_be_null")
    if column.one_of is not None:
        yield rule("one_of", column.on_fail, "expect_column_values_to_be_in_set", value_set=column.one_of)
    if column.between is not None:
        ends = {"min_value": column.between.min, "max_value": column.between.max}
        yield rule("between", column.on_fail, "expect_column_values_to_be_between", **ends)
    if column.references is not None:
        severity: OnFail = "close" if column.on_fail == "close" else "warn"
        flag: dict[str, Any] = {"column": f"{REFERENCES}{name}", "value_set": [True]}
        if column.mostly < 1:
            flag["mostly"] = column.mostly
        found = rule("references", severity, "expect_column_values_to_be_in_set", **flag)
        words = f"each {name} is found in {column.references}"
        if column.known_missing:
            words += f", or is known to be missing there: {', '.join(map(str, column.known_missing))}"
        yield replace(found, words=words)


def _key_unique(contract: Contract, table: str) -> GateRule:
    personal = any(contract.columns[name].personal for name in contract.key if name in contract.columns)
    expectation, kwargs = (
        "expect_compound_columns_to_be_unique",
        dict[str, Any](column_list=list(contract.key)),
    )
    if len(contract.key) == 1:
        expectation, kwargs = "expect_column_values_to_be_unique", {"column": contract.key[0]}
    why = "a key that comes twice makes two rows of one"
    key = tuple(contract.key)
    return GateRule("key.unique", table, "table", "close", expectation, kwargs, key, why, personal)


def _further_rule(rule: Rule, position: int, contract: Contract, table: str) -> GateRule:
    kwargs = dict(rule.kwargs)
    listed = kwargs.get("column_list")
    named = [kwargs.get("column"), kwargs.get("column_A"), kwargs.get("column_B")]
    columns = tuple(str(name) for name in named if name)
    columns += tuple(str(name) for name in listed) if isinstance(listed, list) else ()
    known = EXPECTATIONS.get(rule.expect)
    by_row = known is not None and known.by_row
    if rule.on_fail == "quarantine" and not by_row:
        raise RuleError(
            what=f"{rule.expect} looks at more than one row, so it cannot quarantine single rows.",
            where=f"{table}, rule {position + 1}",
            next_command="Say `on_fail: warn` or `on_fail: close` there.",
        )
    if kwargs.pop("condition_parser", "spark") != "spark":
        raise RuleError(
            what="A row_condition is a Spark SQL condition; no other condition_parser is understood.",
            where=f"{table}, rule {position + 1}",
            next_command="Write the condition in Spark SQL and leave condition_parser out.",
        )
    if rule.expect == "expect_column_pair_values_to_be_in_set" and "row_condition" in kwargs:
        raise RuleError(
            what=f"Great Expectations does not apply a row_condition to {rule.expect}.",
            where=f"{table}, rule {position + 1}",
            next_command="Leave the row_condition out, or write the rule with another expectation.",
        )
    personal = any(name in contract.columns and contract.columns[name].personal for name in columns)
    expected = rule.expect.removeprefix("expect_")
    for prefix in ("column_values_to_", "column_pair_values_", "compound_columns_to_", "column_", "table_"):
        expected = expected.removeprefix(prefix)
    name = f"{'_'.join(columns) or 'table'}.{expected}"
    kind: Kind = "row" if by_row else "table"
    return GateRule(name, table, kind, rule.on_fail, rule.expect, kwargs, columns, rule.why, personal)


def _window_rules(contract: Contract, table: str) -> Iterator[GateRule]:
    fresh, volume, quiet = contract.freshness, contract.volume, contract.quiet
    if fresh is not None:
        yield GateRule(
            f"{fresh.column}.freshness",
            table,
            "table",
            fresh.on_fail,
            "expect_column_min_to_be_between",
            {"column": f"{AGE}{fresh.column}", "max_value": int(fresh.max_age.total_seconds())},
            (fresh.column,),
            fresh.why,
            fresh.column in contract.columns and contract.columns[fresh.column].personal,
            quiet=quiet,
        )
    if volume is None:
        return

    def rows(rule: str, least: int | None, most: int | None, when: Quiet | None) -> GateRule:
        kwargs = {"column": "rows", "min_value": least, "max_value": most}
        expectation = "expect_column_values_to_be_between"
        return GateRule(rule, table, "hours", volume.on_fail, expectation, kwargs, why=volume.why, quiet=when)

    if quiet is None or volume.min is None:
        yield rows("table.volume", volume.min, volume.max, None)
        return
    if volume.max is not None:
        yield rows("table.volume", None, volume.max, None)
    yield rows("table.volume.busy", volume.min, None, quiet)


def _layered(rule: GateRule, silver: bool) -> GateRule:
    if not silver:
        return replace(rule, on_fail="close") if rule.on_fail == "quarantine" else rule
    return replace(rule, skips_deletes=rule.kind == "row")
