"""What a gate finds in staged rows: structure, freshness, volume, keys, samples, no personal values."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from headgate.gates.error_logs import GREAT_EXPECTATIONS
from headgate.gates.hour_counts import HourCount, count_hours
from headgate.gates.rules import RuleError
from headgate.gates.validate import Validation, validate
from headgate.gates.verdict import RuleResult
from headgate.spec.contract import Contract
from headgate.spec.hour_range import HourRange

END = datetime(2013, 1, 1, 8, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2013, 1, 1, hour, minute, tzinfo=UTC)


CONTRACT: dict[str, Any] = {
    "description": "One row per parcel and hour.",
    "key": ["parcel", "as_of"],
    "columns": {
        "parcel": {"required": True},
        "as_of": {"type": "timestamp", "required": True},
        "weight": {"type": "int", "between": {"max": 100}, "on_fail": "warn"},
        "name": {"personal": True, "one_of": ["Ada"], "on_fail": "warn"},
    },
}
SCHEMA = "parcel string, as_of timestamp, weight int, name string"
ROWS = [
    ("a", at(7), 10, "Ada"),
    ("a", at(7), 500, "Grace"),
    ("b", at(7), 300, None),
    ("c", at(6), 200, "Edith"),
    ("d", at(6), 1, "Ada"),
]


@pytest.fixture(scope="module")
def parcels(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, SCHEMA).coalesce(1)


def judged(
    df: DataFrame, table: str = "gold.parcels", hours: list[HourCount] | None = None, **more: Any
) -> Validation:
    contract = Contract.model_validate({**CONTRACT, **more})
    return validate(df, contract, table, window_end=END, hours_summary=hours or [HourCount(END, 5)])


def one(validation: Validation, rule: str) -> RuleResult:
    return next(result for result in validation.rules if result.rule == rule)


@pytest.fixture(scope="module")
def found(parcels: DataFrame) -> Validation:
    rules = [
        {
            "expect": "expect_column_most_common_value_to_be_in_set",
            "kwargs": {"column": "name", "value_set": ["Eve"]},
        },
        {"expect": "expect_column_max_to_be_between", "kwargs": {"column": "weight", "max_value": 100}},
    ]
    hours = [HourCount(at(6), 0), HourCount(at(7), 2), HourCount(END, 3)]
    fresh = {"column": "as_of", "max_age": "30m"}
    volume = {"min": 1, "max": 2, "on_fail": "close"}
    return judged(parcels, hours=hours, rules=rules, freshness=fresh, volume=volume)


def test_samples_name_the_key_and_the_value_in_the_order_of_the_key(found: Validation) -> None:
    result = one(found, "weight.between")
    assert (result.rows, result.unexpected, result.passed) == (5, 3, False)
    assert result.samples == [
        {"key": {"parcel": "a", "as_of": "2013-01-01 07:00:00"}, "value": "500"},
        {"key": {"parcel": "b", "as_of": "2013-01-01 07:00:00"}, "value": "300"},
        {"key": {"parcel": "c", "as_of": "2013-01-01 06:00:00"}, "value": "200"},
    ]


def test_a_key_that_comes_twice_closes_gold(found: Validation) -> None:
    result = one(found, "key.unique")
    assert (result.on_fail, result.unexpected, result.closes) == ("close", 2, True)
    assert [sample["key"]["parcel"] for sample in result.samples] == ["a", "a"]


def test_a_rule_on_the_table_tells_what_it_saw(found: Validation) -> None:
    result = one(found, "weight.max_to_be_between")
    assert (result.rows, result.unexpected, result.passed) == (0, 1, False)
    assert result.samples == [{"key": {}, "value": "is 500"}]


def test_personal_values_are_nowhere(found: Validation) -> None:
    result = one(found, "name.one_of")
    assert (result.unexpected, result.personal) == (2, True)
    assert [sample["value"] for sample in result.samples] == ["•••", "•••"]
    assert one(found, "name.most_common_value_to_be_in_set").samples == []
    everything = json.dumps(found.document.to_json_dict(), default=str) + repr(found.rules)
    assert "Grace" not in everything and "Edith" not in everything


def test_freshness_is_measured_against_the_end_of_the_window(found: Validation) -> None:
    result = one(found, "as_of.freshness")
    assert (result.passed, result.on_fail) == (False, "warn")
    assert result.words == "the newest as_of is at most 30 min older than the window's end"
    assert result.samples == [{"key": {}, "value": "is 3600"}]


def test_volume_is_judged_hour_by_hour(found: Validation) -> None:
    result = one(found, "table.volume")
    assert (result.rows, result.unexpected, result.closes) == (3, 2, True)
    assert result.samples == [
        {"key": {"hour": "2013-01-01T05"}, "value": "0 rows"},
        {"key": {"hour": "2013-01-01T07"}, "value": "3 rows"},
    ]


QUIET = {"start": 4, "end": 6}


def test_quiet_hours_need_no_rows_but_may_not_have_too_many(parcels: DataFrame) -> None:
    hours = [HourCount(at(5), 0), HourCount(at(6), 9), HourCount(at(7), 1), HourCount(END, 3)]
    found = judged(parcels, hours=hours, volume={"min": 2, "max": 5}, quiet=QUIET)
    most, least = one(found, "table.volume"), one(found, "table.volume.busy")
    assert (most.rows, most.unexpected) == (4, 1)
    assert most.samples == [{"key": {"hour": "2013-01-01T05"}, "value": "9 rows"}]
    assert (least.rows, least.unexpected) == (2, 1)
    assert least.samples == [{"key": {"hour": "2013-01-01T06"}, "value": "1 rows"}]


def test_a_range_of_quiet_hours_alone_breaks_no_least_volume(parcels: DataFrame) -> None:
    found = judged(parcels, hours=[HourCount(at(5), 0)], volume={"min": 2}, quiet=QUIET)
    assert (one(found, "table.volume.busy").rows, one(found, "table.volume.busy").passed) == (0, True)


@pytest.mark.parametrize(("quiet", "asked"), [({"start": 6, "end": 8}, False), (QUIET, True)])
def test_freshness_is_not_asked_of_a_range_that_ends_with_a_quiet_hour(
    parcels: DataFrame, quiet: dict[str, int], asked: bool
) -> None:
    found = judged(parcels, freshness={"column": "as_of", "max_age": "30m"}, quiet=quiet)
    assert [result.passed for result in found.rules if result.rule == "as_of.freshness"] == [False] * asked


def test_a_figure_of_no_values_breaks_nothing_but_freshness_of_no_rows_does(parcels: DataFrame) -> None:
    rules = [
        {"expect": "expect_column_stdev_to_be_between", "kwargs": {"column": "weight", "max_value": 1}},
        {"expect": "expect_column_mean_to_be_between", "kwargs": {"column": "weight", "max_value": 1}},
    ]
    fresh = {"column": "as_of", "max_age": "30m"}
    empty, full = (judged(rows, rules=rules, freshness=fresh) for rows in (parcels.limit(0), parcels))
    broken = [[result.rule for result in found.rules if not result.passed] for found in (empty, full)]
    assert broken[0] == ["as_of.freshness"]
    assert set(broken[1]) >= {"weight.stdev_to_be_between", "weight.mean_to_be_between", "as_of.freshness"}
    assert one(empty, "weight.mean_to_be_between").samples == []


def test_columns_and_types_that_are_as_the_contract_says_pass(found: Validation) -> None:
    assert one(found, "table.columns").passed
    assert all(result.passed for result in found.rules if result.rule.endswith(".type"))


def test_other_columns_than_those_of_the_contract_close(parcels: DataFrame) -> None:
    other = parcels.drop("name").selectExpr("*", "1 AS colour", "'I' AS _op")
    result = one(judged(other), "table.columns")
    assert result.closes
    assert result.samples == [{"key": {}, "value": "missing: name; not in the contract: colour"}]


def test_another_type_closes(parcels: DataFrame) -> None:
    result = one(judged(parcels.withColumn("weight", parcels["weight"].cast("bigint"))), "weight.type")
    assert result.closes
    assert result.words == "weight has the type integer"


def test_a_rule_that_cannot_be_judged_closes_though_it_only_warns(parcels: DataFrame) -> None:
    result = one(judged(parcels.drop("weight")), "weight.between")
    assert result.on_fail == "warn"
    assert "weight" in result.error
    assert result.closes


def test_an_error_that_quotes_a_personal_value_is_told_by_its_class(
    parcels: DataFrame, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A migration of MLflow's database, in a test before, turns off the loggers that are there.
    monkeypatch.setattr(logging.getLogger(GREAT_EXPECTATIONS), "disabled", False)
    caplog.set_level(logging.ERROR, logger=GREAT_EXPECTATIONS)
    quoting = {"column": "weight", "max_value": 1000, "row_condition": "CAST(name AS INT) > 0"}
    found = judged(parcels, rules=[{"expect": "expect_column_values_to_be_between", "kwargs": quoting}])
    result = one(found, "weight.be_between")
    assert "its text may have personal values and is not kept" in result.error
    assert result.closes
    for text in (result.error, json.dumps(found.document.to_json_dict()), caplog.text):
        assert "'Ada'" not in text and "Grace" not in text and "Edith" not in text
    assert "[CAST_INVALID_INPUT]; its text may have personal values" in caplog.text


def test_no_rows_pass_every_rule_on_rows(parcels: DataFrame) -> None:
    found = judged(parcels.limit(0), hours=[HourCount(END, 0)])
    assert [result.rule for result in found.rules if not result.passed] == []


def test_an_expectation_that_does_not_exist_is_refused_with_the_nearest(parcels: DataFrame) -> None:
    rules = [{"expect": "expect_column_max_to_be_betwen", "kwargs": {"column": "weight"}}]
    with pytest.raises(RuleError, match="did you mean 'expect_column_max_to_be_between'"):
        judged(parcels, rules=rules)


def test_hours_without_rows_are_counted_too(parcels: DataFrame) -> None:
    counts = count_hours(parcels, HourRange(at(4), at(8)), "as_of")
    assert counts == [HourCount(at(5), 0), HourCount(at(6), 2), HourCount(at(7), 3), HourCount(at(8), 0)]
    assert counts[0].label == "2013-01-01T04"


def test_a_range_from_the_beginning_starts_with_the_first_rows(parcels: DataFrame) -> None:
    assert count_hours(parcels, HourRange(None, at(7)), "as_of") == [HourCount(at(6), 2), HourCount(at(7), 3)]


def test_quarantined_rows_are_counted_by_hour(spark: SparkSession) -> None:
    rows = [(at(7), []), (at(7), ["a.required"]), (at(8), [])]
    df = spark.createDataFrame(rows, "_known_at timestamp, _failed_rules array<string>")
    assert count_hours(df, HourRange(at(6), at(8))) == [HourCount(at(7), 2, 1), HourCount(at(8), 1, 0)]
