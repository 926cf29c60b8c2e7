"""The as-of join: the latest row known by then, against a replay in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.features.as_of_join import AsOfJoinError, as_of_join

NOON = datetime.fromisoformat("2024-01-01 12:00")
HOUR = timedelta(hours=1)
ASKED = "name string, key string, as_of timestamp"
KNOWN = "key string, known_at timestamp, _sequence string, value int"


def hour(offset: float) -> datetime:
    return NOON + offset * HOUR


def joined(
    examples: DataFrame, source: DataFrame, max_age: timedelta = 3 * HOUR, event_time: str | None = None
) -> dict[str, Any]:
    result = as_of_join(
        examples,
        source,
        on=["key"],
        as_of="as_of",
        known_at="known_at",
        max_age=max_age,
        columns=["value"],
        event_time=event_time,
    )
    assert result.columns == ["name", "key", "as_of", "value"]
    rows = result.collect()
    assert len(rows) == len({row["name"] for row in rows})
    return {row["name"]: row["value"] for row in rows}


CASES: dict[str, tuple[list[tuple[str | None, datetime | None, str, int | None]], int | None]] = {
    "known at the as-of itself counts": ([("a", hour(0), "1", 7)], 7),
    "known later does not count": ([("a", hour(0.001), "1", 7)], None),
    "the latest counts": ([("a", hour(-1), "9", 7), ("a", hour(0), "1", 8), ("a", hour(-2), "1", 9)], 8),
    "just young enough": ([("a", hour(-3), "1", 7)], 7),
    "a moment too old": ([("a", hour(-3.001), "1", 7)], None),
    "known together: the last change": ([("a", hour(-1), "2", 3), ("a", hour(-1), "1", 9)], 3),
    "known together, same place: the greater": ([("a", hour(-1), "1", 3), ("a", hour(-1), "1", 9)], 9),
    "a latest value that is null stays null": ([("a", hour(-1), "1", None), ("a", hour(-2), "1", 9)], None),
    "another key": ([("b", hour(-1), "1", 7)], None),
    "not known at any time": ([("a", None, "1", 7)], None),
    "nothing there": ([], None),
}


def test_which_row_counts(spark: SparkSession) -> None:
    asked = spark.createDataFrame([(name, name, NOON) for name in CASES], ASKED)
    rows = [
        (name if key == "a" else f"not {name}", at, sequence, value)
        for name, (source, _) in CASES.items()
        for key, at, sequence, value in source
    ]
    assert joined(asked, spark.createDataFrame(rows, KNOWN)) == {
        name: value for name, (_, value) in CASES.items()
    }


EVENTS: dict[str, tuple[list[tuple[float, float | None, str, int]], int | None]] = {
    "the latest event, not what came last": ([(-1, -2, "1", 7), (0, -3, "2", 8)], 7),
    "a correction of the latest event": ([(-2, -2, "1", 7), (-1, -2, "2", 8)], 8),
    "a correction of an older event": ([(-2, -2, "1", 7), (-3, -3, "1", 6), (-1, -3, "2", 8)], 7),
    "known later does not count": ([(0.001, -1, "1", 7), (-1, -2, "1", 8)], 8),
    "an event to come does not count": ([(-1, 0.001, "1", 7), (-2, -2, "1", 8)], 8),
    "age is that of the event": ([(-1, -3.001, "1", 7)], None),
    "just young enough": ([(0, -3, "1", 7)], 7),
    "an event of no time": ([(-1, None, "1", 7)], None),
}
"""Rows of a key: hours from noon at which they became known and of which they speak, place, value."""


def test_which_row_counts_by_event_time(spark: SparkSession) -> None:
    asked = spark.createDataFrame([(name, name, NOON) for name in EVENTS], ASKED)
    rows = [
        (name, hour(known), None if event is None else hour(event), sequence, value)
        for name, (source, _) in EVENTS.items()
        for known, event, sequence, value in source
    ]
    source = spark.createDataFrame(
        rows, "key string, known_at timestamp, event timestamp, _sequence string, value int"
    )
    assert joined(asked, source, event_time="event") == {name: value for name, (_, value) in EVENTS.items()}


def test_a_null_key_matches_nothing_and_keeps_its_row(spark: SparkSession) -> None:
    asked = spark.createDataFrame([("x", None, NOON), ("y", "a", None), ("z", "a", NOON)], ASKED)
    source = spark.createDataFrame([(None, hour(-1), "1", 7), ("a", hour(-1), "1", 8)], KNOWN)
    assert joined(asked, source) == {"x": None, "y": None, "z": 8}


def test_deletions_do_not_count(spark: SparkSession) -> None:
    asked = spark.createDataFrame([("x", "a", NOON)], ASKED)
    source = spark.createDataFrame(
        [("a", hour(-2), "1", 7, "I"), ("a", hour(-1), "2", None, "D")], KNOWN + ", _op string"
    )
    assert joined(asked, source) == {"x": 7}


def test_several_keys_and_columns(spark: SparkSession) -> None:
    asked = spark.createDataFrame([(1, "a", NOON), (2, "a", NOON)], "day int, key string, at timestamp")
    source = spark.createDataFrame(
        [(1, "a", hour(-1), 5, "five"), (2, "a", hour(-1), None, "none"), (2, "b", hour(0), 6, "six")],
        "day int, key string, since timestamp, number int, word string",
    )
    result = as_of_join(
        asked,
        source,
        on=["day", "key"],
        as_of="at",
        known_at="since",
        max_age=HOUR,
        columns=["word", "number"],
    )
    assert sorted(map(tuple, result.collect())) == [
        (1, "a", NOON, "five", 5),
        (2, "a", NOON, "none", None),
    ]


KEYS = st.sampled_from(["a", "b", None])
MOMENTS = st.integers(-5, 5).map(hour)
EVENT_ROWS = st.lists(
    st.tuples(KEYS, MOMENTS, st.none() | MOMENTS, st.sampled_from("12"), st.none() | st.integers(0, 3)),
    max_size=12,
)


TABLES = st.lists(st.tuples(EVENT_ROWS, st.integers(0, 4), st.booleans()), min_size=1, max_size=3)
"""Feature tables: rows, greatest age in hours, whether their events have times of their own."""


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(KEYS, MOMENTS), min_size=1, max_size=8), tables=TABLES)
def test_equals_a_search_through_all_rows(spark: SparkSession, asked: list[Any], tables: list[Any]) -> None:
    result = spark.createDataFrame([(str(n), *row) for n, row in enumerate(asked)], ASKED)
    for number, (rows, age, has_events) in enumerate(tables):
        frame = spark.createDataFrame(
            rows, f"key string, known_at timestamp, event timestamp, _sequence string, value_{number} int"
        )
        result = as_of_join(
            result,
            frame,
            on=["key"],
            as_of="as_of",
            known_at="known_at",
            max_age=age * HOUR,
            columns=[f"value_{number}"],
            event_time="event" if has_events else None,
        )
    found = {row["name"]: tuple(row)[3:] for row in result.collect()}
    assert found == {
        str(n): tuple(searched(key, as_of, *table) for table in tables)
        for n, (key, as_of) in enumerate(asked)
    }


def searched(key: str | None, as_of: datetime, rows: list[Any], age: int, has_events: bool) -> int | None:
    """The value that counts, by looking at every row."""
    found = []
    for name, known_at, own, sequence, value in rows:
        event = own if has_events else known_at
        if key is None or name != key or event is None or known_at > as_of:
            continue
        if event <= as_of <= event + age * HOUR:
            found.append((event, known_at, sequence, value is not None, value or 0, value))
    return max(found)[-1] if found else None


UNIQUE_ROWS = st.lists(
    st.tuples(KEYS, MOMENTS, st.integers(0, 3)), max_size=12, unique_by=lambda row: row[:2]
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(KEYS, MOMENTS), min_size=1, max_size=8), source=UNIQUE_ROWS)
def test_equals_the_as_of_join_of_duckdb(spark: SparkSession, asked: list[Any], source: list[Any]) -> None:
    """DuckDB knows neither ties nor ages: each key is known at most once at a moment, and nothing too old."""
    questions = pd.DataFrame(
        [(str(n), *row) for n, row in enumerate(asked)], columns=["name", "key", "as_of"]
    )
    known = pd.DataFrame(source, columns=["key", "known_at", "value"]).astype(
        {"key": object, "known_at": "datetime64[us]", "value": "Int64"}
    )
    with duckdb.connect() as database:
        database.register("questions", questions)
        database.register("known", known)
        expected = database.execute(
            "SELECT name, value FROM questions ASOF LEFT JOIN known "
            "ON questions.key = known.key AND questions.as_of >= known.known_at"
        ).fetchall()
    examples = spark.createDataFrame([(str(n), *row) for n, row in enumerate(asked)], ASKED)
    frame = spark.createDataFrame([(key, at, "1", value) for key, at, value in source], KNOWN)
    assert joined(examples, frame, 24 * HOUR) == dict(expected)


def test_several_tables_one_after_another(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [("x", "a", "p", NOON), ("y", "a", "q", NOON), ("z", None, "p", hour(1))],
        "name string, key string, place string, as_of timestamp",
    )
    by_key = spark.createDataFrame([("a", hour(-1), "1", 7), ("a", hour(1), "1", 8)], KNOWN)
    by_place = spark.createDataFrame(
        [("p", hour(-2), 1.5), ("q", hour(-5), 2.5)], "place string, hour timestamp, share double"
    )
    by_both = spark.createDataFrame(
        [("p", "a", hour(0), 3), ("q", "a", hour(1), 4)], "place string, key string, since timestamp, n int"
    )
    sources = [
        (by_key, ["key"], "known_at", ["value"]),
        (by_place, ["place"], "hour", ["share"]),
        (by_both, ["key", "place"], "since", ["n"]),
    ]
    expected = [
        ("x", "a", "p", NOON, 7, 1.5, 3),
        ("y", "a", "q", NOON, 7, None, None),
        ("z", None, "p", hour(1), None, 1.5, None),
    ]
    for order in (sources, sources[::-1]):
        result = rows
        for source, on, known_at, columns in order:
            result = as_of_join(
                result, source, on=on, as_of="as_of", known_at=known_at, max_age=3 * HOUR, columns=columns
            )
        wanted = result.select("name", "key", "place", "as_of", "value", "share", "n").collect()
        assert sorted(tuple(row) for row in wanted) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"columns": ["valeu"]},
            "The feature table has no column 'valeu'; it has key, known_at",
            id="column",
        ),
        pytest.param({"known_at": "seen_at"}, "The feature table has no column 'seen_at'", id="known_at"),
        pytest.param({"event_time": "hour"}, "The feature table has no column 'hour'", id="event_time"),
        pytest.param(
            {"on": ["airport"]}, "The examples have no column 'airport'; they have name, key, as_of.", id="on"
        ),
        pytest.param({"columns": ["key"]}, "The examples have a column 'key' already.", id="twice"),
    ],
)
def test_columns_that_do_not_fit_are_told(spark: SparkSession, change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "on": ["key"],
        "as_of": "as_of",
        "known_at": "known_at",
        "columns": ["value"],
    }
    asked, source = spark.createDataFrame([], ASKED), spark.createDataFrame([], KNOWN)
    with pytest.raises(AsOfJoinError) as error:
        as_of_join(asked, source.where(F.lit(True)), max_age=HOUR, **{**arguments, **change})
    assert message in str(error.value)
    assert "next: Mend on and columns of that feature source" in str(error.value)
