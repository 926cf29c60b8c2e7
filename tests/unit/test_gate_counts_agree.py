"""What the suite counts and what the predicates mark are the same rows, for every kind of rule."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.hour_counts import HourCount
from headgate.gates.row_predicates import broken, failed_rules
from headgate.gates.rules import RuleError, rules_of
from headgate.gates.validate import validate
from headgate.gates.verdict import RuleResult
from headgate.spec.contract import Contract
from headgate.spec.expectations import EXPECTATIONS

END = datetime(2013, 1, 6, tzinfo=UTC)
HOURS = [HourCount(END, 9)]
SCHEMA = (
    "_row bigint, _op string, _committed_at timestamp, id string, n int, m int, x double, c string, "
    "t timestamp, _references_c boolean"
)
NOON = datetime(2013, 1, 5, 12, tzinfo=UTC)
NAN = float("nan")
ROWS: list[tuple[Any, ...]] = [
    (1, "I", NOON, "a", 5, 3, 1.0, "aa", datetime(2013, 1, 5, tzinfo=UTC), True),
    (2, "U", NOON, "b", None, 3, NAN, "b", None, True),
    (3, "U", NOON, "c", 200, None, -1.0, None, datetime(2012, 12, 31, tzinfo=UTC), None),
    (4, "D", NOON, "d", None, None, None, None, None, None),
    (5, "D", NOON, "e", 999, 1, 999.0, "zz", datetime(1999, 1, 1, tzinfo=UTC), False),
    (6, "I", NOON, None, 5, 5, 0.0, "AA", datetime(2013, 1, 5, tzinfo=UTC), False),
    (7, "I", None, "g", -1, -2, 100.0, "", datetime(2013, 1, 2, tzinfo=UTC), False),
    (8, None, NOON, "h", None, None, None, "b1", datetime(2013, 1, 1, tzinfo=UTC), True),
    (9, "D", NOON, None, None, None, None, None, None, None),
]


def further(expect: str, **kwargs: Any) -> dict[str, Any]:
    return {"expect": f"expect_{expect}", "kwargs": kwargs, "on_fail": "quarantine"}


CONTRACT = Contract.model_validate(
    {
        "description": "One row per change of a thing.",
        "key": ["id"],
        "columns": {
            "id": {"required": True},
            "n": {"type": "int", "required": True, "between": {"min": 0, "max": 100}},
            "m": {"type": "int", "on_fail": "warn", "required": True},
            "x": {"type": "double", "between": {"min": 0, "max": 50}},
            "c": {"one_of": ["aa", "b", "b1"], "references": "other.c"},
            "t": {"type": "timestamp", "between": {"min": "2013-01-01"}},
        },
        "rules": [
            further("column_values_to_match_regex", column="c", regex="^[a-z]+[0-9]?$"),
            further("column_values_to_not_match_regex", column="c", regex="^a"),
            further("column_values_to_match_regex_list", column="c", regex_list=["^a", "^b"], match_on="any"),
            further("column_values_to_not_match_regex_list", column="c", regex_list=["^b$", "^AA$"]),
            further("column_value_lengths_to_be_between", column="c", min_value=1, max_value=1),
            further("column_value_lengths_to_equal", column="c", value=2),
            further("column_values_to_be_in_set", column="n", value_set=[5, 200]),
            further("column_values_to_not_be_in_set", column="c", value_set=["b", "zz"]),
            further("column_values_to_be_null", column="c", row_condition="n >= 5"),
            further("column_values_to_not_be_null", column="t", row_condition="m = 3 OR n > 100"),
            further(
                "column_values_to_be_between",
                column="n",
                max_value=5,
                strict_max=True,
                row_condition="x >= 0",
            ),
            further("column_pair_values_a_to_be_greater_than_b", column_A="n", column_B="m"),
            further("column_pair_values_a_to_be_greater_than_b", column_A="m", column_B="n", or_equal=True),
            further(
                "column_pair_values_to_be_equal",
                column_A="n",
                column_B="m",
                ignore_row_if="either_value_is_missing",
            ),
            further("column_pair_values_to_be_equal", column_A="n", column_B="m"),
            further(
                "column_pair_values_to_be_in_set",
                column_A="n",
                column_B="m",
                value_pairs_set=[[5, 3], [5, 5]],
            ),
            further("multicolumn_sum_to_equal", column_list=["n", "m"], sum_total=8),
            further("select_column_values_to_be_unique_within_record", column_list=["n", "m"]),
            further(
                "select_column_values_to_be_unique_within_record",
                column_list=["n", "m"],
                ignore_row_if="never",
            ),
        ],
    }
)

BROKEN_ROWS: dict[str, list[int]] = {
    "id.required": [6, 9],
    "committed_at.required": [7],
    "n.required": [2, 8],
    "n.between": [3, 7],
    "x.between": [2, 3, 7],
    "c.one_of": [6, 7],
    "t.between": [3],
    "c.match_regex": [6, 7],
    "c.not_match_regex": [1],
    "c.match_regex_list": [6, 7],
    "c.not_match_regex_list": [2, 6],
    "c.value_lengths_to_be_between": [1, 6, 7, 8],
    "c.value_lengths_to_equal": [2, 7],
    "n.be_in_set": [7],
    "c.not_be_in_set": [2],
    "c.be_null": [1, 6],
    "t.not_be_null": [2],
    "n.be_between": [1, 6],
    "n_m.a_to_be_greater_than_b": [6],
    "m_n.a_to_be_greater_than_b": [1, 7],
    "n_m.to_be_equal": [1, 7],
    "n_m.to_be_equal.2": [1, 2, 3, 7],
    "n_m.to_be_in_set": [2, 3, 7],
    "n_m.multicolumn_sum_to_equal": [2, 3, 6, 7],
    "n_m.select_column_values_to_be_unique_within_record": [6],
    "n_m.select_column_values_to_be_unique_within_record.2": [6, 8],
}
"""By rule, the rows that break it: D rows for key and commit time only, nulls only where null is unequal."""


@pytest.fixture(scope="module")
def staged(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> DataFrame:
    """The rows, written to storage and read back, as a gate sees them."""
    folder = str(tmp_path_factory.mktemp("staged") / "things")
    spark.createDataFrame(ROWS, SCHEMA).coalesce(1).write.parquet(folder)
    return spark.read.parquet(folder)


@pytest.fixture(scope="module")
def results(staged: DataFrame) -> dict[str, RuleResult]:
    found = validate(staged, CONTRACT, "silver.things", window_end=END, hours_summary=HOURS)
    return {result.rule: result for result in found.rules}


@pytest.fixture(scope="module")
def marks(staged: DataFrame) -> dict[str, list[int]]:
    return marked(staged, CONTRACT)


def marked(df: DataFrame, contract: Contract) -> dict[str, list[int]]:
    """By rule, the rows that the predicates mark."""
    found = df.select("_row", F.explode(failed_rules(df, contract, "silver.things")).alias("rule")).collect()
    rows: dict[str, list[int]] = {}
    for row in sorted(found):
        rows.setdefault(row["rule"], []).append(row["_row"])
    return rows


@pytest.mark.parametrize("rule", BROKEN_ROWS)
def test_the_predicate_marks_exactly_the_broken_rows(rule: str, marks: dict[str, list[int]]) -> None:
    assert marks.get(rule, []) == BROKEN_ROWS[rule]


@pytest.mark.parametrize("rule", BROKEN_ROWS)
def test_the_suite_counts_as_many(rule: str, results: dict[str, RuleResult]) -> None:
    assert results[rule].unexpected == len(BROKEN_ROWS[rule])
    assert results[rule].error == ""
    assert results[rule].passed is False


def test_every_kind_of_row_rule_is_in_the_table() -> None:
    used = {rule.expectation for rule in rules_of(CONTRACT, "silver.things") if rule.kind == "row"}
    assert used == {name for name, kind in EXPECTATIONS.items() if kind.by_row}
    assert {rule.id for rule in rules_of(CONTRACT, "silver.things") if rule.on_fail == "quarantine"} == set(
        BROKEN_ROWS
    )


def test_a_rule_that_warns_is_counted_and_marks_nothing(
    results: dict[str, RuleResult], marks: dict[str, list[int]]
) -> None:
    assert (results["m.required"].on_fail, results["m.required"].unexpected) == ("warn", 2)
    assert (results["c.references"].on_fail, results["c.references"].unexpected) == ("warn", 2)
    assert "m.required" not in marks and "c.references" not in marks


def test_rules_look_at_all_rows_for_the_key_and_else_pass_over_deletes(
    results: dict[str, RuleResult],
) -> None:
    assert results["id.required"].rows == 9
    assert results["n.required"].rows == 6
    assert results["c.be_null"].rows == 3  # of the six, those with n >= 5


def test_a_row_that_breaks_nothing_has_an_empty_list(staged: DataFrame) -> None:
    contract = Contract.model_validate({"description": "d", "key": ["id"], "columns": {"id": {}}})
    marks = staged.select("_row", failed_rules(staged, contract, "silver.things").alias("rules")).collect()
    assert {row["_row"]: row["rules"] for row in marks} == {
        **{number: [] for number in (1, 2, 3, 4, 5, 8)},
        6: ["id.required"],
        7: ["committed_at.required"],
        9: ["id.required"],
    }


def test_counts_agree_on_many_odd_rows(spark: SparkSession) -> None:
    """No expected values here: whatever the rows, suite and predicates must say the same."""
    chance = random.Random(2013)
    numbers = [None, -2, -1, 0, 3, 5, 100, 200]
    texts = [None, "", "a", "aa", "b", "b1", "AA", "zz", "a\nb", "ä"]
    moments = [
        None,
        datetime(2012, 12, 31, tzinfo=UTC),
        datetime(2013, 1, 1, tzinfo=UTC),
        datetime(2013, 1, 5, tzinfo=UTC),
    ]
    rows = [
        (
            number,
            chance.choice(["I", "U", "D", None]),
            chance.choice([None, NOON]),
            chance.choice(texts),
            chance.choice(numbers),
            chance.choice(numbers),
            chance.choice([None, NAN, float("inf"), -0.0, 1.5, 50.0]),
            chance.choice(texts),
            chance.choice(moments),
            chance.choice([None, True, False]),
        )
        for number in range(400)
    ]
    df = spark.createDataFrame(rows, SCHEMA)
    counted = validate(
        df, CONTRACT, "silver.things", window_end=END, hours_summary=[HourCount(END, 400)]
    ).rules
    marks = marked(df, CONTRACT)
    suite = {result.rule: result.unexpected for result in counted if result.on_fail == "quarantine"}
    assert suite == {rule: len(marks.get(rule, [])) for rule in suite}
    assert min(suite.values()) > 0


def test_a_rule_on_more_than_the_row_is_refused(staged: DataFrame) -> None:
    rules = [rule for rule in rules_of(CONTRACT, "gold.things") if rule.id == "key.unique"]
    with pytest.raises(RuleError, match=r"The rule key\.unique looks at more than one row"):
        broken(staged, rules)


def test_a_rule_on_a_column_that_is_not_there_is_refused(staged: DataFrame) -> None:
    with pytest.raises(RuleError) as raised:
        failed_rules(staged.drop("n"), CONTRACT, "silver.things")
    assert str(raised.value) == (
        "The rule n.required reads n, which the staged rows do not have.\n"
        "  where: silver.things, rule n.required\n"
        "  left behind: Nothing is staged.\n"
        "  next: Mend the contract or the transform, then clear the stage task."
    )


def test_a_rule_that_cannot_be_compiled_is_refused_with_the_reason(staged: DataFrame) -> None:
    bad = {**CONTRACT.model_dump(), "rules": [further("column_values_to_be_between", column="n")]}
    with pytest.raises(RuleError, match=r"n\.be_between"):
        failed_rules(staged, Contract.model_validate(bad), "silver.things")
