"""A few of the broken rows of each broken rule, with their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from headgate.gates.hour_counts import HourCount
from headgate.gates.row_predicates import broken
from headgate.gates.rules import REFERENCES, GateRule
from headgate.gates.verdict import MASK, SAMPLES
from headgate.spec.contract import Contract

LONGEST = 120
"""Characters of a sampled value; the rest is cut off."""

TWICE = "_key_comes_twice"
"""The column in which the rows of a key that comes more than once are marked."""


def row_samples(
    df: DataFrame, contract: Contract, rules: Sequence[GateRule]
) -> dict[str, list[dict[str, Any]]]:
    """Up to five broken rows of each rule, in the order of the table's key, as {"key", "value"} of text.

    Of the rules, those on rows and `key.unique` have samples. One Spark job, whose result is bounded.
    Personal values are masked before they leave Spark; their rows' keys stay, unless personal too. Where a
    column of the key is missing there are no samples.
    """
    if not set(contract.key) <= set(df.columns):
        return {}
    by_row = [rule for rule in rules if rule.kind == "row"]
    marks = list(zip(by_row, broken(df, by_row), strict=True)) if by_row else []
    twice = [rule for rule in rules if rule.id == "key.unique"]
    if twice:
        others = F.count(F.lit(1)).over(Window.partitionBy(*contract.key))
        df = df.withColumn(TWICE, others > 1)
        marks += [(rule, F.col(TWICE)) for rule in twice]
    if not marks:
        return {}
    shown = [_shown(name, contract).alias(name) for name in contract.key]
    found = F.array(
        *[
            F.when(mark, F.struct(F.lit(rule.id).alias("rule"), _value(rule).alias("value")))
            for rule, mark in marks
        ]
    )
    exploded = df.select(
        F.struct(*shown).alias("key"), F.inline(F.filter(found, lambda item: item.isNotNull()))
    )
    order = Window.partitionBy("rule").orderBy("key", F.col("value").asc_nulls_first())
    rows = (
        exploded.withColumn("number", F.row_number().over(order)).filter(F.col("number") <= SAMPLES).collect()
    )
    samples: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["rule"], row["number"])):
        samples.setdefault(row["rule"], []).append({"key": row["key"].asDict(), "value": row["value"]})
    return samples


def hour_samples(rule: GateRule, hours: Sequence[HourCount]) -> list[dict[str, Any]]:
    """The first five of these hours whose rows are outside the rule's range."""
    low, high = rule.kwargs.get("min_value"), rule.kwargs.get("max_value")
    outside = [
        hour
        for hour in hours
        if (low is not None and hour.rows < low) or (high is not None and hour.rows > high)
    ]
    return [{"key": {"hour": hour.label}, "value": f"{hour.rows:,} rows"} for hour in outside[:SAMPLES]]


def _value(rule: GateRule) -> Column:
    if rule.personal:
        return F.lit(MASK)
    columns = [name for name in rule.columns if not name.startswith(REFERENCES)]
    if not columns:
        return F.lit(None).cast("string")
    if len(columns) == 1:
        return _text(columns[0])
    parts = [F.concat(F.lit(f"{name}="), F.coalesce(_text(name), F.lit("null"))) for name in columns]
    return F.concat_ws(", ", *parts)


def _shown(name: str, contract: Contract) -> Column:
    personal = name in contract.columns and contract.columns[name].personal
    return F.when(F.col(name).isNotNull(), F.lit(MASK)) if personal else _text(name)


def _text(name: str) -> Column:
    return F.substring(F.col(name).cast("string"), 1, LONGEST)
