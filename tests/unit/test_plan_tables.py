"""What each kind of change does to the tables and the hours of a published pipeline."""

# ruff: noqa: E501  (plans stand as they are told)

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.planning.plan import make_plan
from tests.unit.planned_trips import (
    ALL,
    BRONZE,
    CITIES,
    DELAYS,
    DERIVED,
    GOLD,
    REPLAY,
    REPLAY_GOLD,
    SILVER,
    SPEC,
    TRIPS,
    document,
    published_with,
    told,
)
from tests.unit.spec_folders import TRIPS_FILES

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
    "a history": (
        SPEC,
        "    feed: trips\n",
        "    feed: trips\n    history: true\n",
        [
            "silver.trips changed",
            "  view trips_history: None -> from when to when each row held [from_now_on] read off the change log, no row is written",
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
        [
            "gold.delays changed",
            "  personal of mean_delay: false -> true [told] reports mask its values, statistics have counts only; what is published stays",
        ],
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
            REPLAY_GOLD,
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
            REPLAY_GOLD,
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
            REPLAY_GOLD,
        ],
    ),
    "the age of a feature": (
        SPEC,
        "max_age: 3h",
        "max_age: 4h",
        [
            f"gold.examples rewritten, {ALL}",
            "  feature source mean_delay: delays by city, at most 3h old -> delays by city, at most 4h old [rewrites] ",
            REPLAY_GOLD,
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


@pytest.mark.parametrize("case", CASES)
def test_each_change_has_its_plan(tmp_path: Path, case: str) -> None:
    file, old, new, expected = CASES[case]
    assert TRIPS_FILES[file].count(old) == 1
    before = document(tmp_path, {})
    now = document(tmp_path, {file: TRIPS_FILES[file].replace(old, new), **MORE_FILES.get(case, {})})
    assert told(make_plan(now, published_with(before), [])) == expected


def test_a_column_that_is_described_and_no_longer_personal(tmp_path: Path) -> None:
    texts = ["{type: double, personal: true}", "{type: double, description: minutes}"]
    files = [
        {DELAYS: TRIPS_FILES[DELAYS].replace("mean_delay: {type: double}", f"mean_delay: {text}")}
        for text in texts
    ]
    before, now = (document(tmp_path, given) for given in files)
    assert told(make_plan(now, published_with(before), [])) == [
        "gold.delays changed",
        "  description of mean_delay:  -> minutes [words] ",
        "  personal of mean_delay: true -> false [told] reports and statistics show its values",
    ]


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
