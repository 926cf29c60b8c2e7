"""No rule of the flights pipeline's contracts is one that cannot fail: a fault breaks it, and it alone.

Faults in silver are written out (`flights_faults`) and put into real rows; each gets an hour of its own, and
all hours of a table are judged together. What a column of gold may be is broken by the value next to it.
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.cli.sample import load_sample_writer
from headgate.gates.hour_counts import HourCount
from headgate.gates.judge_by_hour import judge_by_hour
from headgate.gates.row_predicates import broken
from headgate.gates.rules import REFERENCES, GateRule, rules_of
from headgate.hops.stage_silver import cast_to_contract
from headgate.lake.columns import CARRIED_TYPES
from headgate.spec.hour_range import HOUR
from headgate.spec.settings import Settings
from tests.unit.flights_faults import FAULTS, Fault, Values
from tests.unit.flights_tables import LOADED, transform

LOAD_AT = datetime(2013, 1, 1, tzinfo=UTC)
CASES = datetime(2020, 1, 1, tzinfo=UTC)
SOUND = "nothing"
FLIGHT = "UA-1545-EWR-2013-01-01T10:15"
"""Due to leave Newark at 5:15, it left at 5:17 and arrived in Houston at 8:30, eleven minutes late."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Values]]:
    """Real rows of each feed as text, each with its `kind`."""
    landing = tmp_path_factory.mktemp("landing")
    end = datetime(2013, 1, 1, 16, tzinfo=UTC)
    load_sample_writer(Settings().pipelines, "flights")(landing, LOAD_AT, end, LOAD_AT)
    rows = {feed: _rows(landing / feed) for feed in FAULTS}
    flights = [row for row in rows["flights"] if row["flight_id"] == FLIGHT]
    assert {row["status"] for row in flights} == {"scheduled", "departed", "arrived"}
    early = [row for row in rows["weather"] if row["time_hour"] == "2013-01-01 06:00:00"]
    assert [row["origin"] for row in early] == ["EWR", "JFK", "LGA"]
    return {
        "flights": [{**row, "kind": row["status"]} for row in flights],
        "weather": [{**row, "kind": row["origin"]} for row in early],
        **{feed: [{**rows[feed][0], "kind": "all"}] for feed in ("planes", "airports", "airlines")},
    }


def _rows(folder: Path) -> list[Values]:
    found: list[Values] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            found += [{n: text or None for n, text in row.items()} for row in csv.DictReader(lines)]
    return found


def with_fault(rows: list[Values], fault: Fault) -> list[Values]:
    """The rows with the fault in the first one of its kind, or in all of them."""
    chosen = [n for n, row in enumerate(rows) if fault.kind in (row["kind"], "all")]
    chosen = chosen if fault.every else chosen[:1]
    assert chosen, f"there is no row to put {fault} into"
    return [{**row, **fault.values} if n in chosen else row for n, row in enumerate(rows)]


def staged(spark: SparkSession, name: str, cases: list[list[Values]]) -> DataFrame:
    """The typed rows as stage gives them to the gate, those of each case known in an hour of its own."""
    contract, feed = LOADED.contracts[f"silver.{name}"], list(LOADED.contracts[f"bronze.{name}"].columns)
    flags = [f"{REFERENCES}{c}" for c, column in contract.columns.items() if column.references]
    text = [*feed, "committed_at", *flags]
    rows = [
        (number, *(row.get(column) for column in feed), row["committed_at"], *(row.get(f) for f in flags))
        for number, case in enumerate(cases, start=1)
        for row in case
    ]
    frame = spark.createDataFrame(rows, f"case int, {', '.join(f'`{column}` string' for column in text)}")
    given = {
        "_op": F.lit("U"),
        "_committed_at": F.expr("try_to_timestamp(committed_at)"),
        "_known_at": F.timestamp_add("HOUR", F.col("case"), F.lit(CASES)),
        # The cases' flags travel through the transform in a column that it carries.
        "_rescued": F.to_json(F.struct(*flags)) if flags else F.lit(None),
    }
    carried = [given.get(c, F.lit(None)).cast(kind).alias(c) for c, kind in CARRIED_TYPES.items()]
    archived = frame.select(*feed, *carried)
    of_table = LOADED.spec.silver[name].transform
    typed = transform("silver", of_table)(archived) if of_table else cast_to_contract(archived, contract)
    for flag in flags:
        found = F.coalesce(F.get_json_object("_rescued", f"$.{flag}"), F.lit("true"))
        typed = typed.withColumn(flag, found == "true")
    return typed


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_breaks_its_rule_and_no_other(
    spark: SparkSession, real: dict[str, list[Values]], name: str
) -> None:
    cases = [(SOUND, real[name]), *((rule, with_fault(real[name], f)) for rule, f in FAULTS[name].items())]
    contract = LOADED.contracts[f"silver.{name}"].model_copy(update={"freshness": None, "volume": None})
    hours = [HourCount(CASES + n * HOUR, len(rows)) for n, (_, rows) in enumerate(cases, start=1)]
    frame = staged(spark, name, [rows for _, rows in cases])
    judged = judge_by_hour(frame, contract, f"silver.{name}", hours, "_known_at")
    found: dict[str, set[str]] = {case: set() for case, _ in cases}
    for one in judged:
        for hour in one.broken:
            found[cases[int((hour - CASES) / HOUR) - 1][0]].add(one.rule.id)
    assert found == {SOUND: set()} | {rule: {rule} for rule in FAULTS[name]}


@pytest.mark.parametrize("table", sorted(LOADED.contracts))
def test_there_is_a_fault_for_every_rule(table: str) -> None:
    layer, _, name = table.partition(".")
    broken_here = set(FAULTS[name]) if layer == "silver" else set()
    broken_here |= set().union(*(rules for of, _, _, rules in VOLUMES if of == table))
    broken_here |= {rule for of, _, rule, fails in FRESHNESS if of == table and fails}
    rules = [rule for rule in rules_of(LOADED.contracts[table], table) if not _of_structure(rule)]
    if layer == "gold":  # these are broken without a fault of their own, see below
        broken_here |= {rule.id for rule in rules if rule.kind == "row" or rule.id == "key.unique"}
    assert {rule.id for rule in rules} == broken_here


def test_both_ends_of_every_volume_are_passed() -> None:
    bounds = {table: contract.volume for table, contract in LOADED.contracts.items() if contract.volume}
    ends = {(table, "min") for table, volume in bounds.items() if volume.min is not None}
    ends |= {(table, "max") for table, volume in bounds.items() if volume.max is not None}
    passed = {
        (table, "min" if rows < (bounds[table].min or 0) else "max")
        for table, _, rows, rules in VOLUMES
        if rules
    }
    assert passed == ends


def _of_structure(rule: GateRule) -> bool:
    """Columns and types, which are the same for every table."""
    return rule.id == "table.columns" or rule.id.endswith(".type")


AT_NOON = datetime(2013, 1, 10, 17, tzinfo=UTC)
AT_NIGHT = datetime(2013, 1, 10, 6, tzinfo=UTC)


VOLUMES: list[tuple[str, datetime, int, set[str]]] = [
    ("silver.flights", AT_NOON, 150, set()),
    ("silver.flights", AT_NOON, 49, {"table.volume.busy"}),
    ("silver.flights", AT_NIGHT, 1, set()),
    ("silver.flights", AT_NIGHT, 301, {"table.volume"}),
    ("bronze.flights", AT_NIGHT, 301, {"table.volume"}),
    ("silver.weather", AT_NIGHT, 2, set()),
    ("silver.weather", AT_NIGHT, 1, {"table.volume"}),
    ("silver.weather", AT_NIGHT, 4, {"table.volume"}),
    ("bronze.weather", AT_NIGHT, 4, {"table.volume"}),
    ("gold.examples", AT_NIGHT, 120, set()),
    ("gold.examples", AT_NIGHT, 121, {"table.volume"}),
]
"""A table, the end of an hour, its rows, and the rules that they break."""


@pytest.mark.parametrize(("table", "hour_end", "rows", "broken_rules"), VOLUMES)
def test_volume_can_fail(
    spark: SparkSession, table: str, hour_end: datetime, rows: int, broken_rules: set[str]
) -> None:
    judged = _empty_hour(spark, table, HourCount(hour_end, rows))
    assert {rule for rule, hours in judged.items() if hours and "volume" in rule} == broken_rules


FRESHNESS = [
    ("silver.flights", AT_NOON, "departed_at.freshness", True),
    ("silver.flights", AT_NIGHT, "departed_at.freshness", False),
    ("silver.weather", AT_NIGHT, "time_hour.freshness", True),
]
"""A table, the end of an hour without rows, a rule, and whether they break it."""


@pytest.mark.parametrize(("table", "hour_end", "rule", "fails"), FRESHNESS)
def test_freshness_can_fail(
    spark: SparkSession, table: str, hour_end: datetime, rule: str, fails: bool
) -> None:
    judged = _empty_hour(spark, table, HourCount(hour_end, 0))
    found = {name: bool(hours) for name, hours in judged.items() if name.endswith(".freshness")}
    assert found == {rule: fails}


def _empty_hour(spark: SparkSession, table: str, hour: HourCount) -> dict[str, dict[datetime, int]]:
    contract = LOADED.contracts[table]
    flags = {f"{REFERENCES}{c}": "boolean" for c, column in contract.columns.items() if column.references}
    types = {c: column.type for c, column in contract.columns.items()} | CARRIED_TYPES | flags
    rows = spark.createDataFrame([], ", ".join(f"`{column}` {kind}" for column, kind in types.items()))
    found = judge_by_hour(rows, contract, table, [hour], "_known_at")
    return {one.rule.id: one.broken for one in found}


GOLD = sorted(table for table in LOADED.contracts if table.startswith("gold."))
GOLD_FAULTS: dict[str, dict[str, Any]] = {
    "label_known_at_as_of.a_to_be_greater_than_b": {"label_known_at": CASES, "as_of": CASES}
}
"""What breaks further rules of gold tables."""


@pytest.mark.parametrize("table", GOLD)
def test_every_rule_on_gold_rows_can_fail(spark: SparkSession, table: str) -> None:
    contract = LOADED.contracts[table]
    rules = [rule for rule in rules_of(contract, table) if rule.kind == "row"]
    sound = {name: _sound(table, name) for name in contract.columns}
    rows = [sound, *({**sound, **_fault(rule)} for rule in rules)]
    schema = ", ".join(f"`{name}` {column.type}" for name, column in contract.columns.items())
    frame = spark.createDataFrame([tuple(row.values()) for row in rows], schema).coalesce(1)
    marks = broken(frame, rules)
    found = frame.select(*(mark.alias(str(number)) for number, mark in enumerate(marks))).collect()
    broken_ids = [{rule.id for rule, mark in zip(rules, row, strict=True) if mark} for row in found]
    assert broken_ids == [set(), *({rule.id} for rule in rules)]


@pytest.mark.parametrize("table", GOLD)
def test_a_key_that_comes_twice_is_found(spark: SparkSession, table: str) -> None:
    contract = LOADED.contracts[table]
    row = (*(_sound(table, name) for name in contract.columns), CASES)
    schema = ", ".join(f"`{name}` {column.type}" for name, column in contract.columns.items())
    for rows, marked in (([row], {}), ([row, row], {CASES: 2})):
        frame = spark.createDataFrame(rows, f"{schema}, _known_at timestamp")
        judged = judge_by_hour(frame, contract, table, [HourCount(CASES, len(rows))], "_known_at")
        assert {one.rule.id: one.broken for one in judged}["key.unique"] == marked


def _sound(table: str, name: str) -> Any:
    column = LOADED.contracts[table].columns[name]
    if not column.required:
        return None
    if column.one_of:
        return column.one_of[0]
    if column.between:
        least = column.between.min
        return float(least or 0) if column.type == "double" else int(least or 0)
    return {"timestamp": CASES, "string": "x", "int": 0, "bigint": 0, "double": 0.0}[column.type]


def _fault(rule: GateRule) -> dict[str, Any]:
    """The value next to what the rule lets through."""
    if rule.id in GOLD_FAULTS:
        return GOLD_FAULTS[rule.id]
    (name,) = rule.columns
    if rule.expectation == "expect_column_values_to_not_be_null":
        return {name: None}
    if rule.expectation == "expect_column_values_to_be_in_set":
        values = rule.kwargs["value_set"]
        return {name: max(values) + 1 if isinstance(values[0], int) else f"no {values[0]}"}
    assert rule.expectation == "expect_column_values_to_be_between", f"a fault for {rule.id} is missing"
    low, high = rule.kwargs["min_value"], rule.kwargs["max_value"]
    kind = float if LOADED.contracts[rule.table].columns[name].type == "double" else int
    return {name: kind(high + 1 if high is not None else low - 1)}


@pytest.mark.parametrize("table", sorted(LOADED.contracts))
def test_every_rule_says_why(table: str) -> None:
    assert [rule.id for rule in rules_of(LOADED.contracts[table], table) if not rule.why] == []
