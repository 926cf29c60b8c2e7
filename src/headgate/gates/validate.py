"""The gate's measurement: a table's contract against its staged rows, in Spark."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas
from great_expectations.core import ExpectationSuite, ExpectationSuiteValidationResult
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.validator.validation_statistics import calc_validation_statistics
from great_expectations.validator.validator import Validator
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.gates.contract_to_suite import suite_of
from headgate.gates.counting_engine import CountingEngine
from headgate.gates.error_logs import error_classes_only
from headgate.gates.hour_counts import HourCount
from headgate.gates.rules import AGE, NOT_A_DELETE, GateRule, is_freshness, rules_of
from headgate.gates.samples import LONGEST, hour_samples, row_samples
from headgate.gates.verdict import RuleResult, error_class
from headgate.gates.words import in_words
from headgate.spec.contract import Contract
from headgate.spec.hour_range import HOUR


@dataclass(frozen=True)
class Validation:
    """What the gate found in one table: a result per rule, and Great Expectations' own for its Data Docs."""

    table: str
    rules: list[RuleResult]
    document: ExpectationSuiteValidationResult


def validate(
    df: DataFrame,
    contract: Contract,
    table: str,
    *,
    window_end: datetime,
    hours_summary: Sequence[HourCount],
) -> Validation:
    """Judge the staged rows of `<layer>.<table>`, as read back from storage, by every rule of its contract.

    `df` has the contract's columns and Headgate's own, which begin with `_`. `window_end` is what freshness
    is measured against, `hours_summary` the rows by hour that volume is judged on. Nothing is persisted and
    nothing but counts and up to five samples of each broken rule leaves Spark: two jobs for each
    set of rows that rules look at, one more where rules are broken. Personal values are left out of samples;
    where a column is personal, an error is told, and logged here, by its class alone.
    A figure of no values (the mean of an empty column) breaks nothing; freshness of no rows does.

    Raises RuleError for a rule that Great Expectations does not know. A rule that it cannot evaluate, for
    example since its column is missing, is a result with an `error`.
    """
    personal = any(column.personal for column in contract.columns.values())
    with error_classes_only() if personal else nullcontext():
        return _validate(df, contract, table, window_end, hours_summary, personal)


def _validate(
    df: DataFrame,
    contract: Contract,
    table: str,
    window_end: datetime,
    hours_summary: Sequence[HourCount],
    personal: bool,
) -> Validation:
    rules = [rule for rule in rules_of(contract, table) if not _silent(rule, window_end)]
    staged = [rule for rule in rules if rule.kind != "hours"]
    by_hour = {rule.id: hours_of(rule, hours_summary) for rule in rules if rule.kind == "hours"}
    measured = _with_age(df, contract, window_end)
    carried = [name for name in measured.columns if name.startswith("_")]
    outcomes: dict[str, ExpectationValidationResult] = {}
    for skipping in (False, True):
        chosen = [rule for rule in staged if rule.skips_deletes is skipping]
        if chosen:
            frame = measured.where(NOT_A_DELETE) if skipping else measured
            outcomes |= _run(CountingEngine(frame), suite_of(chosen, table, carried))
    for rule in rules:
        if rule.id in by_hour:
            summary = pandas.DataFrame({"rows": [hour.rows for hour in by_hour[rule.id]]}, dtype="int64")
            engine = PandasExecutionEngine(batch_data_dict={"hours": summary})
            outcomes |= _run(engine, suite_of([rule], table))
    found = [outcomes[rule.id] for rule in rules]
    if personal:
        for outcome in found:
            _keep_error_class(outcome)
    for rule, outcome in zip(rules, found, strict=True):
        if rule.personal:
            _keep_counts(outcome)
        if rule.kind == "table" and not is_freshness(rule) and _saw_nothing(outcome):
            outcome.success = True
    results = [_result(rule, outcome) for rule, outcome in zip(rules, found, strict=True)]
    broken = [
        rule for rule, result in zip(rules, results, strict=True) if not (result.passed or result.error)
    ]
    samples = row_samples(df, contract, broken) if broken else {}
    samples |= {rule.id: hour_samples(rule, by_hour[rule.id]) for rule in rules if rule.id in by_hour}
    results = [replace(result, samples=samples.get(result.rule, result.samples)) for result in results]
    return Validation(table, results, _document(table, found))


def _silent(rule: GateRule, window_end: datetime) -> bool:
    """Whether a rule asks nothing of a range that ends with a quiet hour."""
    return rule.quiet is not None and is_freshness(rule) and rule.quiet.covers(window_end - HOUR)


def hours_of(rule: GateRule, hours: Sequence[HourCount]) -> list[HourCount]:
    """The hours that a rule on hours looks at: those that are not quiet."""
    return [hour for hour in hours if rule.quiet is None or not rule.quiet.covers(hour.hour_end - HOUR)]


def _with_age(df: DataFrame, contract: Contract, window_end: datetime) -> DataFrame:
    fresh = contract.freshness
    if fresh is None or fresh.column not in df.columns:
        return df
    moment = F.col(fresh.column).cast("timestamp")
    age = F.lit(int(window_end.timestamp())) - F.unix_seconds(moment)
    return df.withColumn(f"{AGE}{fresh.column}", age)


class _Quiet(Validator):
    """A validator without a data context, which would otherwise be what turns the progress bars off."""

    def _determine_progress_bars(self) -> bool:
        return False


def _run(
    engine: CountingEngine | PandasExecutionEngine, suite: ExpectationSuite
) -> dict[str, ExpectationValidationResult]:
    outcomes = _Quiet(execution_engine=engine).graph_validate(
        configurations=suite.expectation_configurations,
        runtime_configuration={"result_format": {"result_format": "BASIC", "partial_unexpected_count": 0}},
    )
    return {outcome.expectation_config.meta["rule"]: outcome for outcome in outcomes}


def _saw_nothing(outcome: ExpectationValidationResult) -> bool:
    """Whether a mean or another figure was asked of no values, which Great Expectations calls a failure."""
    measured: dict[str, Any] = outcome.result or {}
    return not _raised(outcome) and "observed_value" in measured and measured["observed_value"] is None


def _keep_counts(outcome: ExpectationValidationResult) -> None:
    """Take everything that could be a value out of what was found."""
    measured: dict[str, Any] = outcome.result or {}
    outcome.result = {
        name: value for name, value in measured.items() if name.endswith(("_count", "_percent"))
    }


def _keep_error_class(outcome: ExpectationValidationResult) -> None:
    """Leave of an exception, which may quote any value of the row, its class alone."""
    if _raised(outcome):
        outcome.exception_info = {
            "raised_exception": True,
            "exception_message": error_class(_raised(outcome)),
            "exception_traceback": "",
        }


def _result(rule: GateRule, outcome: ExpectationValidationResult) -> RuleResult:
    measured: dict[str, Any] = outcome.result or {}
    passed = bool(outcome.success)
    counted = measured.get("unexpected_count")
    return RuleResult(
        table=rule.table,
        rule=rule.id,
        kind=rule.kind,
        column=rule.column,
        on_fail=rule.on_fail,
        rows=0 if counted is None else int(measured.get("element_count") or 0),
        unexpected=int(not passed) if counted is None else int(counted),
        passed=passed,
        samples=_observed(measured) if counted is None and not passed else [],
        why=rule.why,
        words=in_words(rule),
        personal=rule.personal,
        error="" if passed else _raised(outcome),
    )


def _observed(measured: dict[str, Any]) -> list[dict[str, Any]]:
    """What a rule on the whole table saw instead of what it expected."""
    mismatched: dict[str, list[str]] = measured.get("details", {}).get("mismatched", {})
    if mismatched:
        parts = {"missing": mismatched.get("missing"), "not in the contract": mismatched.get("unexpected")}
        told = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)
        return [{"key": {}, "value": told}]
    observed = measured.get("observed_value")
    return [] if observed is None else [{"key": {}, "value": f"is {observed}"[:LONGEST]}]


def _raised(outcome: ExpectationValidationResult) -> str:
    """The first line of the exception that kept a rule from being judged; empty when none did."""
    information: dict[str, Any] = outcome.exception_info or {}
    entries = [information] if "raised_exception" in information else list(information.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return str(entry.get("exception_message") or "an exception without a message").splitlines()[0][
                :300
            ]
    return ""


def _document(table: str, outcomes: list[ExpectationValidationResult]) -> ExpectationSuiteValidationResult:
    statistics = calc_validation_statistics(outcomes)
    return ExpectationSuiteValidationResult(
        results=outcomes,
        success=statistics.success,
        suite_name=table,
        statistics={
            "evaluated_expectations": statistics.evaluated_expectations,
            "successful_expectations": statistics.successful_expectations,
            "unsuccessful_expectations": statistics.unsuccessful_expectations,
            "success_percent": statistics.success_percent,
        },
        meta={},
    )
