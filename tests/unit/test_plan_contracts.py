"""No key of a contract is left untold, and quiet hours are told with the rules that they excuse."""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from headgate.planning.plan import make_plan
from headgate.planning.table_changes import table_changes
from headgate.planning.verdict import verdict
from headgate.spec.contract import Between, Column, Contract, Freshness, Quiet, Rule, Volume
from tests.unit.planned_trips import START, TRIPS, document, published_with, told
from tests.unit.spec_folders import TRIPS_FILES

CONTRACT: dict[str, Any] = {
    "description": "One row per trip.",
    "key": ["trip"],
    "columns": {
        "trip": {},
        "city": {"references": "cities.city", "known_missing": ["none"], "mostly": 0.9},
        "delay": {
            "type": "double", "description": "minutes", "required": True, "one_of": [1.0, 2.0],
            "between": {"min": 0.0, "max": 9.0}, "why": "as measured",
        },
        "left_at": {"type": "timestamp"},
    },
    "rules": [{"expect": "expect_column_values_to_be_between", "kwargs": {"column": "delay"}}],
    "freshness": {"column": "left_at", "max_age": "3h"},
    "volume": {"min": 1, "max": 9},
    "quiet": {"start": 1, "end": 5, "zone": "UTC"},
}  # fmt: skip

OTHERWISE: dict[tuple[type, str], tuple[tuple[str | int, ...], Any]] = {
    (Contract, "description"): (("description",), "A row a trip."),
    (Contract, "key"): (("key",), ["trip", "city"]),
    (Contract, "columns"): (("columns", "lane"), {}),
    (Contract, "rules"): (("rules",), []),
    (Contract, "freshness"): (("freshness",), None),
    (Contract, "volume"): (("volume",), None),
    (Contract, "quiet"): (("quiet",), None),
    (Column, "type"): (("columns", "delay", "type"), "int"),
    (Column, "description"): (("columns", "delay", "description"), "hours"),
    (Column, "required"): (("columns", "delay", "required"), False),
    (Column, "one_of"): (("columns", "delay", "one_of"), [1.0, 3.0]),
    (Column, "between"): (("columns", "delay", "between"), None),
    (Column, "references"): (("columns", "city", "references"), "cities.size"),
    (Column, "known_missing"): (("columns", "city", "known_missing"), ["none", "any"]),
    (Column, "mostly"): (("columns", "city", "mostly"), 0.8),
    (Column, "personal"): (("columns", "delay", "personal"), True),
    (Column, "why"): (("columns", "delay", "why"), "as told"),
    (Column, "on_fail"): (("columns", "delay", "on_fail"), "warn"),
    (Between, "min"): (("columns", "delay", "between", "min"), 1.0),
    (Between, "max"): (("columns", "delay", "between", "max"), 8.0),
    (Rule, "expect"): (("rules", 0, "expect"), "expect_column_max_to_be_between"),
    (Rule, "kwargs"): (("rules", 0, "kwargs", "max_value"), 7.0),
    (Rule, "why"): (("rules", 0, "why"), "as told"),
    (Rule, "on_fail"): (("rules", 0, "on_fail"), "warn"),
    (Freshness, "column"): (("freshness", "column"), "came_at"),
    (Freshness, "max_age"): (("freshness", "max_age"), "4h"),
    (Freshness, "why"): (("freshness", "why"), "as told"),
    (Freshness, "on_fail"): (("freshness", "on_fail"), "close"),
    (Volume, "min"): (("volume", "min"), 2),
    (Volume, "max"): (("volume", "max"), 8),
    (Volume, "why"): (("volume", "why"), "as told"),
    (Volume, "on_fail"): (("volume", "on_fail"), "close"),
    (Quiet, "start"): (("quiet", "start"), 2),
    (Quiet, "end"): (("quiet", "end"), 6),
    (Quiet, "zone"): (("quiet", "zone"), "Asia/Tokyo"),
}
"""For every key of a contract where it stands in the contract above, and another value for it."""


def test_every_key_of_a_contract_has_its_case() -> None:
    shapes = (Contract, Column, Between, Rule, Freshness, Volume, Quiet)
    assert set(OTHERWISE) == {(shape, key) for shape in shapes for key in shape.model_fields}


@pytest.mark.parametrize("case", OTHERWISE, ids=lambda case: f"{case[0].__name__}.{case[1]}")
def test_no_key_of_a_contract_is_left_untold(tmp_path: Path, case: tuple[type, str]) -> None:
    path, value = OTHERWISE[case]
    values = copy.deepcopy(CONTRACT)
    part: Any = values
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    trips = document(tmp_path, {})
    before, now = (
        dataclasses.replace(trips, contracts={**trips.contracts, "silver.trips": Contract(**contract)})
        for contract in (CONTRACT, values)
    )
    assert table_changes("silver.trips", before, now)


@pytest.mark.parametrize(
    ("quiet", "excused"),
    [
        ("{start: 2, end: 5}", "from 02:00 to 05:00 UTC"),
        ("{start: 1, end: 6}", "from 01:00 to 06:00 UTC"),
        ("{start: 1, end: 5, zone: Asia/Tokyo}", "from 01:00 to 05:00 Asia/Tokyo"),
    ],
)
def test_quiet_hours_are_told_with_the_rules_that_they_excuse(
    tmp_path: Path, quiet: str, excused: str
) -> None:
    rules = "freshness: {column: left_at, max_age: 3h}\nvolume: {min: 1}\nquiet: "
    before, now = (
        document(tmp_path, {TRIPS: f"{TRIPS_FILES[TRIPS]}{rules}{hours}\n"})
        for hours in ("{start: 1, end: 5}", quiet)
    )
    plan = make_plan(now, published_with(before), [])
    fresh = "the newest left_at is at most 3 h older than the window's end, except"
    busy = "each hour has at least 1 rows, except"
    was = "from 01:00 to 05:00 UTC"
    assert told(plan) == [
        "silver.trips changed",
        f"  rule left_at.freshness: {fresh} {was} (warn) -> {fresh} {excused} (warn) [judges] ",
        f"  rule table.volume.busy: {busy} {was} (warn) -> {busy} {excused} (warn) [judges] ",
    ]
    assert verdict(plan, START) == "no row changes, what comes is judged otherwise"
