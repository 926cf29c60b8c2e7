"""A contract as a suite of Great Expectations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from great_expectations.core import ExpectationSuite
from great_expectations.exceptions.exceptions import ExpectationNotFoundError
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.registry import (
    get_expectation_impl,
    list_registered_expectation_implementations,
)
from great_expectations.expectations.row_conditions import PassThroughCondition

from headgate.gates.rules import GateRule, RuleError

SEVERITIES = {
    "close": FailureSeverity.CRITICAL,
    "quarantine": FailureSeverity.WARNING,
    "warn": FailureSeverity.INFO,
}


def suite_of(rules: Sequence[GateRule], table: str, carried: Iterable[str] = ()) -> ExpectationSuite:
    """The rules as a suite named after the table, in their order, each with its id in `meta`.

    `carried` are columns of the staged rows that Headgate put beside the contract's own.

    Raises RuleError for an expectation that does not exist, or whose arguments are not its own.
    """
    expectations = [_expectation(rule, list(carried)) for rule in rules]
    return ExpectationSuite(name=table, expectations=expectations)


def _expectation(rule: GateRule, carried: list[str]) -> Any:
    kwargs = dict(rule.kwargs)
    if rule.expectation == "expect_table_columns_to_match_set" and rule.id == "table.columns":
        kwargs["column_set"] = [*kwargs["column_set"], *carried]
    if kwargs.get("row_condition"):
        kwargs["row_condition"] = PassThroughCondition(pass_through_filter=str(kwargs["row_condition"]))
    try:
        implementation = get_expectation_impl(rule.expectation)
    except ExpectationNotFoundError as error:
        names = list_registered_expectation_implementations()
        close = get_close_matches(rule.expectation, names, n=1)
        raise RuleError(
            what=f"Great Expectations knows no {rule.expectation!r}"
            + (f"; did you mean {close[0]!r}?" if close else "."),
            where=f"{rule.table}, rule {rule.id}",
            next_command="Mend `expect` there, then ./headgate check.",
        ) from error
    try:
        return implementation(
            **kwargs, severity=SEVERITIES[rule.on_fail], meta={"rule": rule.id, "why": rule.why}
        )
    except (TypeError, ValueError) as error:
        reasons = "; ".join(line.strip() for line in str(error).splitlines()[1:] if line.strip())
        raise RuleError(
            what=f"{rule.expectation} does not take these arguments: {reasons or error}",
            where=f"{rule.table}, rule {rule.id}",
            next_command="Mend `kwargs` there, then ./headgate check.",
        ) from error
