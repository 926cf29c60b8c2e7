"""What is said of each hour of a long range is what a gate of that hour alone says."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.hour_counts import HourCount, count_hours
from headgate.gates.judge_by_hour import RuleHours, judge_by_hour
from headgate.gates.rules import RuleError
from headgate.gates.validate import validate
from headgate.spec.contract import Contract
from headgate.spec.hour_range import HOUR, HourRange

START = datetime(2013, 1, 10, tzinfo=UTC)
HOURS = 8
SCHEMA = (
    "_known_at timestamp, _op string, _committed_at timestamp, id string, n int, x double, c string, "
    "t timestamp, _references_c boolean"
)


def further(expect: str, **kwargs: Any) -> dict[str, Any]:
    return {"expect": f"expect_{expect}", "kwargs": kwargs, "on_fail": "warn"}


CONTRACT = Contract.model_validate(
    {
        "description": "One row per change of a thing.",
        "key": ["id"],
        "columns": {
            "id": {},
            "n": {"type": "int", "required": True, "between": {"min": 0, "max": 90}},
            "x": {"type": "double"},
            "c": {"one_of": ["a", "b"], "references": "other.c", "mostly": 0.7},
            "t": {"type": "timestamp"},
        },
        "rules": [
            further("column_values_to_be_between", column="n", max_value=60, mostly=0.5),
            further(
                "column_values_to_be_between", column="n", max_value=50, row_condition="c = 'a'", mostly=0.6
            ),
            further("column_values_to_not_be_null", column="c", mostly=0.6),
            further("column_values_to_be_null", column="c", row_condition="n > 50", mostly=0.3),
            further("column_mean_to_be_between", column="n", min_value=30, max_value=60),
            further("column_stdev_to_be_between", column="x", max_value=28),
            further("column_max_to_be_between", column="x", max_value=90, row_condition="c = 'a'"),
            further("column_min_to_be_between", column="n", min_value=8, strict_min=True),
            further("column_sum_to_be_between", column="n", max_value=300, strict_max=True),
        ],
        "freshness": {"column": "t", "max_age": "90m"},
        "volume": {"min": 9, "max": 11},
        "quiet": {"start": 2, "end": 4},
    }
)


@pytest.fixture(scope="module")
def things(spark: SparkSession) -> DataFrame:
    """Eight hours of chance, one of them empty, one without a value and one with one row."""
    chance = random.Random(2013)
    rows: list[tuple[Any, ...]] = []
    for hour in range(HOURS):
        end = START + (hour + 1) * HOUR
        for _ in range({3: 0, 4: 1}.get(hour, chance.randint(7, 13))):
            n, x = chance.choice([None, chance.randint(0, 100)]), chance.uniform(0, 100)
            c, known = chance.choice(["a", "a", "b", "z", None]), chance.random() < 0.75
            t = end - timedelta(minutes=chance.randint(60, 300))
            op = chance.choice(["I", "U", "U", "D"])
            empty = (None, None, None, None, True)
            rows.append((end, op, end, str(len(rows)), *(empty if hour == 5 else (n, x, c, t, known))))
    return spark.createDataFrame(rows, SCHEMA).coalesce(1)


@pytest.fixture(scope="module")
def judged(things: DataFrame) -> dict[str, RuleHours]:
    hours = count_hours(things, HourRange(START, START + HOURS * HOUR))
    found = judge_by_hour(things, CONTRACT, "silver.things", hours, "_known_at")
    return {one.rule.id: one for one in found}


def test_each_hour_is_judged_as_if_it_were_alone(things: DataFrame, judged: dict[str, RuleHours]) -> None:
    totals = dict.fromkeys(judged, 0)
    for number in range(1, HOURS + 1):
        end = START + number * HOUR
        alone = things.where(F.col("_known_at") == F.lit(end))
        counts = count_hours(alone, HourRange(end - HOUR, end))
        found = validate(alone, CONTRACT, "silver.things", window_end=end, hours_summary=counts)
        by_rule = {result.rule: result for result in found.rules if result.rule in judged}
        broken = {rule for rule, result in by_rule.items() if not result.passed}
        assert broken == {rule for rule, one in judged.items() if end in one.broken}, end
        for rule, result in by_rule.items():
            totals[rule] += result.unexpected
            if rule in broken:
                assert judged[rule].broken[end] == result.unexpected, (rule, end)
    assert {rule: one.unexpected for rule, one in judged.items()} == totals


def test_every_rule_is_broken_in_some_hour_and_kept_in_another(judged: dict[str, RuleHours]) -> None:
    always_kept = {"id.required", "committed_at.required"}
    assert {rule for rule, one in judged.items() if not one.broken} == always_kept
    assert [rule for rule, one in judged.items() if len(one.broken) == HOURS] == []


def test_a_key_that_comes_twice_in_an_hour(spark: SparkSession) -> None:
    contract = Contract.model_validate(
        {
            "description": "d",
            "key": ["id", "as_of"],
            "columns": {"id": {}, "as_of": {"type": "timestamp"}},
        }
    )
    one, two = START + HOUR, START + 2 * HOUR
    rows = spark.createDataFrame(
        [("a", one), ("a", two), ("b", two), ("b", two), ("b", two)], "id string, as_of timestamp"
    )
    hours = [HourCount(one, 1), HourCount(two, 4)]
    (found,) = judge_by_hour(rows, contract, "gold.things", hours, "as_of")
    assert (found.rule.id, found.rows, found.unexpected, found.broken) == ("key.unique", 5, 3, {two: 3})


def test_a_rule_that_cannot_be_told_by_the_hour_is_refused(things: DataFrame) -> None:
    rules = [further("column_median_to_be_between", column="n", min_value=1)]
    contract = CONTRACT.model_copy(
        update={"rules": Contract.model_validate({**CONTRACT.model_dump(), "rules": rules}).rules}
    )
    with pytest.raises(RuleError) as raised:
        judge_by_hour(things, contract, "silver.things", [], "_known_at")
    assert str(raised.value) == (
        "expect_column_median_to_be_between cannot be told hour by hour of a longer range.\n"
        "  where: silver.things, rule n.median_to_be_between\n"
        "  left behind: Nothing was counted.\n"
        "  next: Use one of expect_column_mean_to_be_between, expect_column_stdev_to_be_between, "
        "expect_column_min_to_be_between, expect_column_max_to_be_between, expect_column_sum_to_be_between."
    )
