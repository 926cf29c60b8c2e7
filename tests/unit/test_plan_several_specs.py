"""Plans of hours that were published with several specs, or with one that was not kept."""

from __future__ import annotations

from pathlib import Path

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.plan import make_plan
from headgate.planning.verdict import verdict
from headgate.spec.hour_range import HourRange
from headgate.spec.hours import Hours
from tests.unit.planned_trips import (
    BACKLOG,
    CITIES,
    DERIVED,
    HOURS,
    REPLAY_GOLD,
    SILVER,
    START,
    all_hops,
    document,
    hours_told,
    told,
    up_to,
)
from tests.unit.spec_folders import TRIPS_FILES


def test_hours_published_with_several_specs_are_each_compared(tmp_path: Path) -> None:
    first = document(tmp_path, {})
    bounded = TRIPS_FILES[CITIES].replace("size: {type: int}", "size: {type: int, between: {min: 0}}")
    second = document(tmp_path, {CITIES: bounded})
    early, late = Hours((HourRange(None, up_to(26)),)), Hours((HourRange(up_to(26), up_to(HOURS)),))
    hops = all_hops({first.digest: early, second.digest: late})
    documents = {first.digest: first, second.digest: second}
    plan = make_plan(second, PublishedSpecs(up_to(HOURS), hops, documents, second), [])
    assert told(plan) == [
        "silver.cities rewritten, 26 hours 2024-01-01T00..2024-01-02T01",
        "  rule size.between: None -> size is at least 0 (quarantine) [rewrites] can quarantine rows",
        "replay from bronze, 26 hours 2024-01-01T00..2024-01-02T01",
    ]
    assert verdict(plan, START) == "1 table is rewritten, 26 hours to replay"


def test_gold_is_derived_again_as_far_as_it_looks_back(tmp_path: Path) -> None:
    first = document(tmp_path, {SILVER: "def clean_trips(rows):\n    return None\n"})
    second = document(tmp_path, TRIPS_FILES)
    early, late = Hours((HourRange(None, up_to(2)),)), Hours((HourRange(up_to(2), up_to(200)),))
    hops = all_hops({first.digest: early, second.digest: late})
    documents = {first.digest: first, second.digest: second}
    plan = make_plan(second, PublishedSpecs(up_to(200), hops, documents, second), [])
    assert [line for line in told(plan) if not line.startswith(" ")] == [
        "silver.trips rewritten, 2 hours 2024-01-01T00..2024-01-01T01",
        "gold.delays rewritten by silver.trips, 8 hours 2024-01-01T00..2024-01-01T07",
        "gold.examples rewritten by silver.trips gold.delays, 50 hours 2024-01-01T00..2024-01-03T01",
        "replay from bronze, 2 hours 2024-01-01T00..2024-01-01T01",
    ]


def test_gold_whose_silver_was_replayed_without_it_is_still_told(tmp_path: Path) -> None:
    first = document(tmp_path, {SILVER: "def clean_trips(rows):\n    return None\n"})
    second = document(tmp_path, TRIPS_FILES)
    everything = Hours((HourRange(None, up_to(HOURS)),))
    hops = {layer: {second.digest: everything} for layer in ("bronze", "silver")} | {
        "gold": {first.digest: everything}
    }
    documents = {first.digest: first, second.digest: second}
    plan = make_plan(second, PublishedSpecs(up_to(HOURS), hops, documents, second), [])
    assert told(plan) == [*DERIVED, REPLAY_GOLD]


def test_hours_whose_spec_was_not_kept_are_told_apart(tmp_path: Path) -> None:
    now = document(tmp_path, {})
    early, late = Hours((HourRange(None, up_to(BACKLOG)),)), Hours((HourRange(up_to(BACKLOG), up_to(HOURS)),))
    hops = all_hops({"forgotten": early, now.digest: late})
    plan = make_plan(now, PublishedSpecs(up_to(HOURS), hops, {now.digest: now}, now), [])
    assert told(plan) == []
    assert hours_told(plan.unknown.hours) == "24 hours 2024-01-01T00..2024-01-01T23"
    assert verdict(plan, START) == "24 hours cannot be compared"


def test_where_no_spec_was_kept_nothing_is_compared(tmp_path: Path) -> None:
    now = document(tmp_path, {})
    everything = {"forgotten": Hours((HourRange(None, up_to(HOURS)),))}
    hops = all_hops(everything)
    plan = make_plan(now, PublishedSpecs(up_to(HOURS), hops, {}, None), [])
    assert {table.state for table in plan.tables} == {"unknown"}
    assert verdict(plan, START) == "30 hours cannot be compared"


def test_a_first_gold_table_makes_the_next_run_derive_everything(tmp_path: Path) -> None:
    now = document(tmp_path, {SILVER: "def clean_trips(rows):\n    return None\n"})
    before = document(tmp_path, TRIPS_FILES)
    everything = {before.digest: Hours((HourRange(None, up_to(HOURS)),))}
    hops = {"bronze": everything, "silver": everything, "gold": {}}
    plan = make_plan(now, PublishedSpecs(up_to(HOURS), hops, {before.digest: before}, before), [])
    assert plan.replay.by_next_run
    assert verdict(plan, START) == "1 table is rewritten, the next run derives all hours again"
