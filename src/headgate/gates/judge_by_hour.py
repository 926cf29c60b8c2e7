"""What a contract's rules say of each single hour of a long range, in few Spark jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.gates.hour_counts import HourCount
from headgate.gates.row_predicates import broken, looked_at
from headgate.gates.rules import GateRule, RuleError, is_freshness, rules_of
from headgate.gates.validate import hours_of
from headgate.gates.verdict import ROUNDING
from headgate.spec.contract import Contract

FIGURES: dict[str, Callable[[str], Column]] = {
    "expect_column_mean_to_be_between": F.avg,
    "expect_column_stdev_to_be_between": F.stddev_samp,
    "expect_column_min_to_be_between": F.min,
    "expect_column_max_to_be_between": F.max,
    "expect_column_sum_to_be_between": F.sum,
}
"""Rules on all rows together that can be told by the hour, with the figure that they are about."""

ABOUT_MISSING = ("expect_column_values_to_not_be_null", "expect_column_values_to_be_null")

Numbers = Mapping[str, float | None]


@dataclass(frozen=True)
class RuleHours:
    """What one rule says of each hour: `rows` looked at in all, `unexpected` of them in all.

    `broken`: the hours, by their end, in which a gate of that hour alone finds the rule broken, each with how
    many of the hour's rows break it (1 for a rule on the hour as a whole).
    """

    rule: GateRule
    rows: int = 0
    unexpected: int = 0
    broken: dict[datetime, int] = field(default_factory=dict)


def judge_by_hour(
    df: DataFrame, contract: Contract, table: str, hours: Sequence[HourCount], hour_end: str
) -> list[RuleHours]:
    """Judge the staged rows of `<layer>.<table>` hour by hour, each as if it had been staged alone.

    `hour_end` names the timestamp column with the end of a row's hour, `hours` are the hours of the range.
    Columns and types are left out: they are the same in every hour. One Spark job, and one for the key.

    Raises RuleError for a rule on all rows together that is not in FIGURES.
    """
    rules = [
        rule
        for rule in rules_of(contract, table)
        if not rule.id.endswith(".type") and rule.id != "table.columns"
    ]
    by_row = [rule for rule in rules if rule.kind == "row"]
    figures = {rule.id: _figure(rule) for rule in rules if rule.kind == "table" and rule.id != "key.unique"}
    found = _aggregated(df, hour_end, [*_counts(df, by_row), *(f.alias(name) for name, f in figures.items())])
    judged: list[RuleHours] = []
    for rule in rules:
        if rule.kind == "row":
            judged.append(_row_rule(rule, found))
        elif rule.kind == "hours":
            looked = hours_of(rule, hours)
            judged.append(_whole(rule, {hour.hour_end: _within(hour.rows, rule) for hour in looked}))
        elif is_freshness(rule):
            judged.append(_whole(rule, _ages_hold(rule, hours_of(rule, hours), found)))
        elif rule.id == "key.unique":
            judged.append(_key(rule, df, contract, hour_end))
        else:
            values = {hour: numbers[rule.id] for hour, numbers in found.items()}
            judged.append(_whole(rule, {h: v is None or _within(v, rule) for h, v in values.items()}))
    return judged


def _aggregated(
    df: DataFrame, hour_end: str, columns: Sequence[Column]
) -> dict[datetime, dict[str, float | None]]:
    """The columns' values by hour."""
    if not columns:
        return {}
    grouped = df.groupBy(F.unix_seconds(hour_end).alias("_hour")).agg(*columns).where("_hour IS NOT NULL")
    rows = (row.asDict() for row in grouped.collect())
    return {datetime.fromtimestamp(row.pop("_hour"), UTC): row for row in rows}


def _counts(df: DataFrame, rules: Sequence[GateRule]) -> Iterable[Column]:
    """For each row rule the rows looked at, those of them with a value, and those that break it."""
    if not rules:
        return
    for rule, domain, mark in zip(rules, looked_at(rules), broken(df, rules), strict=True):
        yield F.count_if(domain).alias(f"{rule.id} rows")
        yield F.count_if(domain & _has_value(rule)).alias(f"{rule.id} values")
        yield F.count_if(mark).alias(f"{rule.id} broken")


def _has_value(rule: GateRule) -> Column:
    """The rows that `mostly` is a share of: all those looked at, save for values that are missing."""
    if "column" not in rule.kwargs or rule.expectation in ABOUT_MISSING:
        return F.lit(True)
    return F.col(str(rule.kwargs["column"])).isNotNull()


def _row_rule(rule: GateRule, found: Mapping[datetime, Numbers]) -> RuleHours:
    mostly = float(rule.kwargs.get("mostly", 1))
    rows = unexpected = 0
    hours: dict[datetime, int] = {}
    for hour, numbers in found.items():
        looked, values, marked = (int(numbers[f"{rule.id} {n}"] or 0) for n in ("rows", "values", "broken"))
        rows, unexpected = rows + looked, unexpected + marked
        if marked > (1 - mostly) * values + ROUNDING:
            hours[hour] = marked
    return RuleHours(rule, rows, unexpected, hours)


def _figure(rule: GateRule) -> Column:
    """The figure of an hour's rows; for freshness the newest moment, in seconds."""
    if is_freshness(rule):
        return F.max(F.unix_seconds(F.col(rule.columns[0]).cast("timestamp")))
    figure = FIGURES.get(rule.expectation)
    if figure is None:
        raise RuleError(
            what=f"{rule.expectation} cannot be told hour by hour of a longer range.",
            where=f"{rule.table}, rule {rule.id}",
            left="Nothing was counted.",
            next_command=f"Use one of {', '.join(FIGURES)}.",
        )
    column, condition = str(rule.kwargs["column"]), rule.kwargs.get("row_condition")
    if not condition:
        return figure(column)
    return figure(F.when(F.expr(str(condition)), F.col(column)))  # type: ignore[arg-type]  # takes columns too


def _ages_hold(
    rule: GateRule, hours: Sequence[HourCount], found: Mapping[datetime, Numbers]
) -> dict[datetime, bool]:
    newest = {hour: numbers[rule.id] for hour, numbers in found.items()}
    return {
        hour.hour_end: (seen := newest.get(hour.hour_end)) is not None
        and hour.hour_end.timestamp() - seen <= rule.kwargs["max_value"]
        for hour in hours
    }


def _whole(rule: GateRule, holds: Mapping[datetime, bool]) -> RuleHours:
    """A rule that is broken by an hour as a whole."""
    hours = {hour: 1 for hour, held in holds.items() if not held}
    return RuleHours(rule, len(holds), len(hours), hours)


def _within(value: float, rule: GateRule) -> bool:
    low, high = rule.kwargs.get("min_value"), rule.kwargs.get("max_value")
    above = low is None or (value > low if rule.kwargs.get("strict_min") else value >= low)
    return above and (high is None or (value < high if rule.kwargs.get("strict_max") else value <= high))


def _key(rule: GateRule, df: DataFrame, contract: Contract, hour_end: str) -> RuleHours:
    """The rows of keys that come more than once."""
    keyed = df.dropna(subset=contract.key).groupBy(*contract.key, F.unix_seconds(hour_end).alias("_hour"))
    counted = keyed.count().groupBy("_hour")
    rows = counted.agg(F.sum("count"), F.sum(F.when(F.col("count") > 1, F.col("count")))).collect()
    twice = {datetime.fromtimestamp(row[0], UTC): int(row[2]) for row in rows if row[2]}
    return RuleHours(rule, sum(row[1] for row in rows), sum(twice.values()), twice)
