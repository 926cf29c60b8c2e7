"""Row rules as Spark predicates, made of the very conditions that the suite counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any

from great_expectations.expectations.registry import get_metric_kwargs
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.metrics_calculator import MetricsCalculator
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.gates.contract_to_suite import suite_of
from headgate.gates.counting_engine import CountingEngine
from headgate.gates.domain import domain_predicate
from headgate.gates.rules import NOT_A_DELETE, GateRule, RuleError, rules_of
from headgate.spec.contract import Contract


def failed_rules(df: DataFrame, contract: Contract, table: str) -> Column:
    """The ids of the `quarantine` rules that a row breaks, as array<string>; empty where it breaks none.

    `df` has the contract's typed columns and, at silver, `_op` and `_committed_at`. A condition that comes to
    null breaks nothing, as in the suite. A text that could not be cast is null here, so only `required`
    catches it. No Spark job is run.

    Raises RuleError where a rule cannot be judged row by row.
    """
    rules = [rule for rule in rules_of(contract, table) if rule.on_fail == "quarantine"]
    if not rules:
        return F.array().cast("array<string>")
    predicates = broken(df, rules)
    marks = [F.when(predicate, F.lit(rule.id)) for rule, predicate in zip(rules, predicates, strict=True)]
    return F.filter(F.array(*marks), lambda mark: mark.isNotNull())


def broken(df: DataFrame, rules: Sequence[GateRule]) -> list[Column]:
    """One boolean Column per row rule, never null: true where a row of `df` breaks it.

    Raises RuleError for a rule that looks at more than the row itself, or reads a column that is not there.
    """
    for rule in rules:
        if rule.kind != "row":
            raise RuleError(
                what=f"The rule {rule.id} looks at more than one row, so it says nothing about a single row.",
                where=f"{rule.table}, rule {rule.id}",
                next_command="Say `on_fail: warn` or `on_fail: close` there.",
            )
        missing = [name for name in _domain_columns(rule) if name not in df.columns]
        if missing:
            raise RuleError(
                what=f"The rule {rule.id} reads {', '.join(missing)}, which the staged rows do not have.",
                where=f"{rule.table}, rule {rule.id}",
                left="Nothing is staged.",
                next_command="Mend the contract or the transform, then clear the stage task.",
            )
    engine = CountingEngine(df, count_rows=False)
    conditions = _conditions(rules)
    resolved, aborted = MetricsCalculator(engine, show_progress_bars=False).compute_metrics(conditions)
    predicates: list[Column] = []
    for rule, condition in zip(rules, conditions, strict=True):
        if condition.id not in resolved:
            raise RuleError(
                what=f"The rule {rule.id} cannot be judged: {_reason(aborted)}.",
                where=f"{rule.table}, rule {rule.id}",
                left="Nothing is staged.",
                next_command="Mend the rule, then ./headgate check and clear the stage task.",
            )
        predicates.append(_of_its_rows(resolved[condition.id][0], condition.metric_domain_kwargs, rule))
    return predicates


def looked_at(rules: Sequence[GateRule]) -> list[Column]:
    """One boolean Column per row rule, never null: true for the rows that the suite counts it on."""
    domains = (condition.metric_domain_kwargs for condition in _conditions(rules))
    return [_of_its_rows(F.lit(True), domain, rule) for domain, rule in zip(domains, rules, strict=True)]


def _conditions(rules: Sequence[GateRule]) -> list[MetricConfiguration]:
    """What the suite would ask about each rule, with the arguments that it would give, defaults included."""
    conditions: list[MetricConfiguration] = []
    for expectation in suite_of(rules, "rows").expectations:
        name = f"{expectation.map_metric}.condition"
        given = get_metric_kwargs(f"{expectation.map_metric}.unexpected_count", expectation.configuration)
        conditions.append(
            MetricConfiguration(name, given["metric_domain_kwargs"], given["metric_value_kwargs"])
        )
    return conditions


def _reason(aborted: Mapping[Any, Any]) -> str:
    """What Great Expectations says about the metrics that it gave up, as one line."""
    messages = {str(entry["exception_info"]["exception_message"]).strip() for entry in aborted.values()}
    lines = sorted({message.splitlines()[0] for message in messages if message})
    return "; ".join(lines) or "Great Expectations gives no condition for it"


def _domain_columns(rule: GateRule) -> list[str]:
    names = [rule.kwargs.get("column"), rule.kwargs.get("column_A"), rule.kwargs.get("column_B")]
    return [str(name) for name in [*names, *rule.kwargs.get("column_list", [])] if name]


def _of_its_rows(condition: Column, domain: Mapping[str, Any], rule: GateRule) -> Column:
    """The condition on the rows that the suite looks at; false on all others, and where it comes to null."""
    parts = [condition, domain_predicate(domain), F.expr(NOT_A_DELETE) if rule.skips_deletes else None]
    return F.coalesce(reduce(and_, [part for part in parts if part is not None]), F.lit(False))
