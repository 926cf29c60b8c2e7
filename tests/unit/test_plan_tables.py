"""What each kind of change does to the tables and the hours of a published pipeline."""

# ruff: noqa: E501  (plans stand as they are told)

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from headgate.hops.published_specs import PublishedSpecs
from headgate.planning.change import Change
from headgate.planning.plan import Plan, make_plan
from headgate.planning.verdict import verdict
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import Hours
from headgate.spec.load import load_pipeline
from headgate.spec.spec_document import SpecDocument
from tests.unit.spec_folders import TRIPS_FILES, write_files

START = datetime(2024, 1, 1, tzinfo=UTC)
BACKLOG, HOURS = 24, 30
"""The first run published 24 hours, six more an hour each."""

SPEC = "pipelines/trips/pipeline.yaml"
SILVER, GOLD = "pipelines/trips/silver.py", "pipelines/trips/gold.py"
TRIPS = "expectations/trips/silver.trips.yaml"
CITIES = "expectations/trips/silver.cities.yaml"
BRONZE = "expectations/trips/bronze.trips.yaml"
DELAYS = "expectations/trips/gold.delays.yaml"
EXAMPLES = "expectations/trips/gold.examples.yaml"

ALL = "30 hours 2024-01-01T00..2024-01-02T05"
REPLAY = f"run 2024-01-01T23..2024-01-02T05, {ALL}"
DERIVED = [
    f"gold.delays rewritten by silver.trips, {ALL}",
    f"gold.examples rewritten by silver.trips gold.delays, {ALL}",
]

CASES = {
    "nothing": (SPEC, "pipeline: trips", "pipeline: trips  # ours", []),
    "a quarantine rule is added": (
        TRIPS,
        "delay: {type: double}",
        "delay: {type: double, between: {min: 0}}",
        [
            f"silver.trips rewritten, {ALL}",
            "  rule delay.between: None -> delay is at least 0 (quarantine) [rewrites] can quarantine rows",
            *DERIVED,
            REPLAY,
        ],
    ),
    "a quarantine rule of a table that nothing is derived from": (
        CITIES,
        "size: {type: int}",
        "size: {type: int, required: true}",
        [
            f"silver.cities rewritten, {ALL}",
            "  rule size.required: None -> size is never missing (quarantine) [rewrites] can quarantine rows",
            REPLAY,
        ],
    ),
    "a warn rule is added": (
        TRIPS,
        "delay: {type: double}",
        "delay: {type: double, between: {min: 0}, on_fail: warn}",
        ["silver.trips changed", "  rule delay.between: None -> delay is at least 0 (warn) [judges] "],
    ),
    "a rule of a gold table": (
        DELAYS,
        "mean_delay: {type: double}",
        "mean_delay: {type: double, required: true}",
        [
            "gold.delays changed",
            "  rule mean_delay.required: None -> mean_delay is never missing (close) [judges] ",
        ],
    ),
    "a reference is excused": (
        TRIPS,
        "{references: cities.city}",
        "{references: cities.city, known_missing: [none]}",
        [
            "silver.trips changed",
            "  rule city.references: each city is found in cities.city (warn) -> each city is found in cities.city, or is known to be missing there: none (warn) [judges] ",
        ],
    ),
    "a volume": (
        TRIPS,
        "key: [trip]",
        "key: [trip]\nvolume: {max: 9}",
        [
            "silver.trips changed",
            "  rule table.volume: None -> each hour has at most 9 rows (warn) [judges] ",
        ],
    ),
    "a description": (
        TRIPS,
        "One row per trip.",
        "A row a trip.",
        ["silver.trips changed", "  description : One row per trip. -> A row a trip. [words] "],
    ),
    "a column is described": (
        DELAYS,
        "mean_delay: {type: double}",
        "mean_delay: {type: double, description: minutes}",
        ["gold.delays changed", "  description of mean_delay:  -> minutes [words] "],
    ),
    "a column becomes personal": (
        DELAYS,
        "mean_delay: {type: double}",
        "mean_delay: {type: double, personal: true}",
        ["gold.delays changed", "  personal of mean_delay: false -> true [words] "],
    ),
    "a column of a transform is added": (
        TRIPS,
        "delay: {type: double}",
        "delay: {type: double}\n  lane: {type: int}",
        [f"silver.trips rewritten, {ALL}", "  column lane: None -> int [rewrites] ", *DERIVED, REPLAY],
    ),
    "a column that was never archived is added": (
        CITIES,
        "size: {type: int}",
        "size: {type: int}\n  mayor: {}",
        [
            "bronze.cities changed",
            "  column mayor: None -> string [from_now_on] earlier lines were archived without it, so it stays empty for them",
            "silver.cities changed",
            "  column mayor: None -> string [from_now_on] earlier lines were archived without it, so it stays empty for them",
        ],
    ),
    "a column is removed": (
        CITIES,
        "  size: {type: int}\n",
        "",
        [
            "bronze.cities changed",
            "  column size: string -> None [from_now_on] it stays in the table, empty in rows to come",
            "silver.cities changed",
            "  column size: int -> None [from_now_on] it stays in the table, empty in rows to come",
        ],
    ),
    "a column gets another type": (
        CITIES,
        "size: {type: int}",
        "size: {type: double}",
        [
            "silver.cities refused",
            "  column size: int -> double [refused] the table keeps its type; give the new type a column with a new name",
        ],
    ),
    "a silver transform": (
        SILVER,
        "return rows",
        "return rows.distinct()",
        [
            f"silver.trips rewritten, {ALL}",
            "  transform clean_trips: clean_trips -> clean_trips [rewrites] its code differs",
            *DERIVED,
            REPLAY,
        ],
    ),
    "a gold transform": (
        GOLD,
        "def delays(inputs, window):\n    return inputs",
        "def delays(inputs, window):\n    return None",
        [
            f"gold.delays rewritten, {ALL}",
            "  transform delays: delays -> delays [rewrites] its code differs",
            f"gold.examples rewritten by gold.delays, {ALL}",
            REPLAY,
        ],
    ),
    "a comment beside a transform": (GOLD, "def delays", "# per city\ndef delays", []),
    "the labels": (
        GOLD,
        "def labels(inputs, window):\n    return inputs",
        "def labels(inputs, window):\n    return None",
        [
            f"gold.examples rewritten, {ALL}",
            "  label_transform labels: labels -> labels [rewrites] its code differs",
            REPLAY,
        ],
    ),
    "a look back": (
        SPEC,
        "lookback: 6h",
        "lookback: 8h",
        [
            f"gold.delays rewritten, {ALL}",
            "  lookback : 6h -> 8h [rewrites] ",
            f"gold.examples rewritten by gold.delays, {ALL}",
            REPLAY,
        ],
    ),
    "the age of a feature": (
        SPEC,
        "max_age: 3h",
        "max_age: 4h",
        [
            f"gold.examples rewritten, {ALL}",
            "  feature source mean_delay: delays by city, at most 3h old -> delays by city, at most 4h old [rewrites] ",
            REPLAY,
        ],
    ),
    "when examples are complete": (
        SPEC,
        "  label: late\n",
        "  label: late\n  complete_after: 48h\n",
        [
            "gold.examples changed",
            "  complete_after : 1d -> 2d [from_now_on] learning waits so long for labels",
        ],
    ),
    "the order of a feed": (
        SPEC,
        "key: [city]",
        "key: [city]\n    sequence: serial",
        [
            "bronze.cities changed",
            "  feed sequence: none -> serial [from_now_on] what is archived keeps its form",
            "  column serial: None -> string [from_now_on] earlier lines were archived without it, so it stays empty for them",
        ],
    ),
    "the key of a feed and its table": (
        CITIES,
        "key: [city]",
        "key: [city, size]",
        [
            "bronze.cities changed",
            "  feed key: city -> city, size [from_now_on] what is archived keeps its form",
            f"silver.cities rewritten, {ALL}",
            "  key : city -> city, size [rewrites] rows under the old key can remain; a table with a new name is free of them",
            "  rule size.required: None -> size is never missing (quarantine) [rewrites] can quarantine rows",
            REPLAY,
        ],
    ),
    "what a bronze table archives": (
        BRONZE,
        "  delay: {}\n",
        "  delay: {}\n  lane: {}\n",
        [
            "bronze.trips changed",
            "  column lane: None -> string [from_now_on] earlier lines were archived without it, so it stays empty for them",
        ],
    ),
    "a table of another feed's name": (
        SPEC,
        "silver:\n",
        "silver:\n  towns: {feed: cities}\n",
        [f"silver.towns new, {ALL}", "  table : None -> not filled yet [rewrites] ", REPLAY],
    ),
    "a new feed": (
        SPEC,
        "feeds:\n",
        "feeds:\n  towns: {key: [city]}\n",
        [
            "bronze.towns new",
            "  table : None -> feed towns is new [from_now_on] the next run takes its files",
            "silver.towns new",
            "  table : None -> feed towns is new [from_now_on] the next run takes its files",
        ],
    ),
}
MORE_FILES = {
    "a table of another feed's name": {"expectations/trips/silver.towns.yaml": TRIPS_FILES[CITIES]},
    "a new feed": {
        SPEC: TRIPS_FILES[SPEC]
        .replace("feeds:\n", "feeds:\n  towns: {key: [city]}\n")
        .replace("silver:\n", "silver:\n  towns: {feed: towns}\n"),
        "expectations/trips/silver.towns.yaml": TRIPS_FILES[CITIES],
    },
    "the key of a feed and its table": {
        SPEC: TRIPS_FILES[SPEC].replace("key: [city]", "key: [city, size]"),
    },
}


def document(root: Path, files: dict[str, str]) -> SpecDocument:
    return load_pipeline(write_files(root, {**TRIPS_FILES, **files}), "trips").document


def up_to(hours: int) -> datetime:
    return START + hours * HOUR


def runs() -> dict[datetime, HourRange]:
    single = {up_to(hour): HourRange(up_to(hour), up_to(hour + 1)) for hour in range(BACKLOG, HOURS)}
    return {up_to(BACKLOG - 1): HourRange(None, up_to(BACKLOG)), **single}


def all_hops(hours: dict[str, Hours]) -> dict[str, dict[str, Hours]]:
    """Every hop's hours published with the same specs."""
    return {"bronze": hours, "silver": hours, "gold": hours}


def published_with(before: SpecDocument) -> PublishedSpecs:
    everything = {before.digest: Hours((HourRange(None, up_to(HOURS)),))}
    hops = all_hops(everything)
    return PublishedSpecs(up_to(HOURS), hops, {before.digest: before}, runs(), before)


def hours_told(hours: Hours) -> str:
    ranges = [f"{one.start or START:%Y-%m-%dT%H}..{one.end - HOUR:%Y-%m-%dT%H}" for one in hours.ranges]
    return f"{hours.count(START)} hours {' '.join(ranges)}"


def change_told(change: Change) -> str:
    return f"{change.what} {change.name}: {change.before} -> {change.after} [{change.effect}] {change.note}"


def told(plan: Plan) -> list[str]:
    """The tables that are not unchanged, their changes, and the runs to replay, as lines."""
    lines = []
    for table in plan.tables:
        if table.state != "unchanged":
            source = f" by {' '.join(table.derived_from)}" if table.derived_from else ""
            hours = f", {hours_told(table.hours)}" if table.hours else ""
            lines.append(f"{table.table} {table.state}{source}{hours}")
        lines += [f"  {change_told(change)}" for change, _ in table.changes]
    for (first, last), one in zip(plan.replay.runs, plan.replay.hours.ranges, strict=True):
        lines.append(f"run {first:%Y-%m-%dT%H}..{last:%Y-%m-%dT%H}, {hours_told(Hours((one,)))}")
    return lines


@pytest.mark.parametrize("case", CASES)
def test_each_change_has_its_plan(tmp_path: Path, case: str) -> None:
    file, old, new, expected = CASES[case]
    assert TRIPS_FILES[file].count(old) == 1
    before = document(tmp_path, {})
    now = document(tmp_path, {file: TRIPS_FILES[file].replace(old, new), **MORE_FILES.get(case, {})})
    assert told(make_plan(now, published_with(before), [])) == expected


def test_a_removed_table_stays_and_is_told_last(tmp_path: Path) -> None:
    towns = {
        SPEC: TRIPS_FILES[SPEC].replace("silver:\n", "silver:\n  towns: {feed: cities}\n"),
        "expectations/trips/silver.towns.yaml": TRIPS_FILES[CITIES],
    }
    before = document(tmp_path / "before", towns)
    assert told(make_plan(document(tmp_path / "now", {}), published_with(before), [])) == [
        "silver.towns removed"
    ]


def test_a_rule_says_which_way_rows_can_go(tmp_path: Path) -> None:
    def moves(old: str, new: str) -> list[str]:
        shown = TRIPS_FILES[CITIES].replace("size: {type: int}", "size: {type: int, %s}")
        documents = [document(tmp_path, {CITIES: shown % rule}) for rule in (old, new)]
        plan = make_plan(documents[1], published_with(documents[0]), [])
        return [change.note for table in plan.tables for change, _ in table.changes]

    both = ["can quarantine and release rows"]
    assert moves("between: {min: 1}", "between: {min: 2}") == ["can quarantine rows"]
    assert moves("between: {min: 2}", "between: {min: 1}") == ["can release rows"]
    assert moves("between: {min: 1, max: 5}", "between: {min: 1}") == ["can release rows"]
    assert moves("between: {min: 1, max: 5}", "between: {min: 2, max: 6}") == both
    assert moves("between: {min: 1, max: 5}", "between: {min: 2, max: 4}") == ["can quarantine rows"]
    assert moves("one_of: [1, 2]", "one_of: [1, 2, 3]") == ["can release rows"]
    assert moves("one_of: [1, 2]", "one_of: [1, 3]") == both
    assert moves("required: true", "required: true, on_fail: warn") == ["can release rows"]
    assert moves("required: true, on_fail: warn", "required: true") == ["can quarantine rows"]
    assert moves("required: true, on_fail: warn", "required: true, on_fail: close") == [""]


def test_hours_published_with_several_specs_are_each_compared(tmp_path: Path) -> None:
    first = document(tmp_path, {})
    bounded = TRIPS_FILES[CITIES].replace("size: {type: int}", "size: {type: int, between: {min: 0}}")
    second = document(tmp_path, {CITIES: bounded})
    early, late = Hours((HourRange(None, up_to(26)),)), Hours((HourRange(up_to(26), up_to(HOURS)),))
    hops = all_hops({first.digest: early, second.digest: late})
    documents = {first.digest: first, second.digest: second}
    plan = make_plan(second, PublishedSpecs(up_to(HOURS), hops, documents, runs(), second), [])
    assert told(plan) == [
        "silver.cities rewritten, 26 hours 2024-01-01T00..2024-01-02T01",
        "  rule size.between: None -> size is at least 0 (quarantine) [rewrites] can quarantine rows",
        "run 2024-01-01T23..2024-01-02T01, 26 hours 2024-01-01T00..2024-01-02T01",
    ]
    assert verdict(plan, START) == "1 table is rewritten, 26 hours to replay"


def test_gold_is_derived_again_as_far_as_it_looks_back(tmp_path: Path) -> None:
    first = document(tmp_path, {SILVER: "def clean_trips(rows):\n    return None\n"})
    second = document(tmp_path, TRIPS_FILES)
    early, late = Hours((HourRange(None, up_to(2)),)), Hours((HourRange(up_to(2), up_to(200)),))
    hops = all_hops({first.digest: early, second.digest: late})
    ranges = {up_to(hour): HourRange(up_to(hour) if hour else None, up_to(hour + 1)) for hour in range(200)}
    documents = {first.digest: first, second.digest: second}
    plan = make_plan(second, PublishedSpecs(up_to(200), hops, documents, ranges, second), [])
    assert [line for line in told(plan) if not line.startswith(" ")] == [
        "silver.trips rewritten, 2 hours 2024-01-01T00..2024-01-01T01",
        "gold.delays rewritten by silver.trips, 8 hours 2024-01-01T00..2024-01-01T07",
        "gold.examples rewritten by silver.trips gold.delays, 50 hours 2024-01-01T00..2024-01-03T01",
        "run 2024-01-01T00..2024-01-01T01, 2 hours 2024-01-01T00..2024-01-01T01",
    ]


def test_gold_whose_silver_was_replayed_without_it_is_still_told(tmp_path: Path) -> None:
    first = document(tmp_path, {SILVER: "def clean_trips(rows):\n    return None\n"})
    second = document(tmp_path, TRIPS_FILES)
    everything = Hours((HourRange(None, up_to(HOURS)),))
    hops = {layer: {second.digest: everything} for layer in ("bronze", "silver")} | {
        "gold": {first.digest: everything}
    }
    documents = {first.digest: first, second.digest: second}
    plan = make_plan(second, PublishedSpecs(up_to(HOURS), hops, documents, runs(), second), [])
    assert told(plan) == [*DERIVED, REPLAY]


def test_hours_whose_spec_was_not_kept_are_told_apart(tmp_path: Path) -> None:
    now = document(tmp_path, {})
    early, late = Hours((HourRange(None, up_to(BACKLOG)),)), Hours((HourRange(up_to(BACKLOG), up_to(HOURS)),))
    hops = all_hops({"forgotten": early, now.digest: late})
    plan = make_plan(now, PublishedSpecs(up_to(HOURS), hops, {now.digest: now}, runs(), now), [])
    assert told(plan) == []
    assert hours_told(plan.unknown.hours) == "24 hours 2024-01-01T00..2024-01-01T23"
    assert plan.unknown.runs == ((up_to(23), up_to(23)),)
    assert verdict(plan, START) == "24 hours cannot be compared"


def test_where_no_spec_was_kept_nothing_is_compared(tmp_path: Path) -> None:
    now = document(tmp_path, {})
    everything = {"forgotten": Hours((HourRange(None, up_to(HOURS)),))}
    hops = all_hops(everything)
    plan = make_plan(now, PublishedSpecs(up_to(HOURS), hops, {}, runs(), None), [])
    assert {table.state for table in plan.tables} == {"unknown"}
    assert verdict(plan, START) == "30 hours cannot be compared"


def test_a_first_gold_table_makes_the_next_run_derive_everything(tmp_path: Path) -> None:
    now = document(tmp_path, {SILVER: "def clean_trips(rows):\n    return None\n"})
    before = document(tmp_path, TRIPS_FILES)
    everything = {before.digest: Hours((HourRange(None, up_to(HOURS)),))}
    hops = {"bronze": everything, "silver": everything, "gold": {}}
    plan = make_plan(now, PublishedSpecs(up_to(HOURS), hops, {before.digest: before}, runs(), before), [])
    assert plan.replay.by_next_run
    assert plan.replay.runs == ()
    assert verdict(plan, START) == "1 table is rewritten, the next run derives all hours again"
