"""The features of real flights are those that plain Python gets from their change files, row by row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from headgate.lake.columns import CARRIED_TYPES
from headgate.lake.replace import range_predicate
from headgate.spec.hour_range import HourRange
from tests.oracle.features_replay import replay_examples
from tests.oracle.flights_values import broken_flight, broken_weather
from tests.oracle.silver_replay import Row, replay_feed
from tests.unit.flights_tables import LOADED, features, gold_table, rows_of, transform

START = datetime(2013, 1, 1, tzinfo=UTC)
END = datetime(2013, 1, 3, 21, tzinfo=UTC)
CARRIERS = {"9E", "AA", "HA", "US", None}
"""Three with many flights, one with one, and the deletions, which name none."""


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    """The change logs of some carriers' flights and of the weather, in the first three days of the year."""
    landing: Path = tmp_path_factory.mktemp("landing")
    transform("sample", "write_sample")(landing, START, END, START)
    kinds: dict[str, tuple[list[str], Callable[[Row], bool]]] = {
        "flights": (["flight_id"], broken_flight),
        "weather": (["origin", "time_hour"], broken_weather),
    }
    found = {feed: replay_feed(landing, feed, *kind).log for feed, kind in kinds.items()}
    flights = [row for row in found["flights"] if row["carrier"] in CARRIERS]
    return {**found, "flights": flights}


@pytest.fixture(scope="module")
def silver(spark: SparkSession, logs: dict[str, list[Row]]) -> dict[str, DataFrame]:
    """The same as silver's change logs."""
    return {feed: typed(spark, feed, rows).cache() for feed, rows in logs.items()}


def typed(spark: SparkSession, feed: str, rows: list[Row]) -> DataFrame:
    """A feed's change log by the pipeline's own transform, in the replay's order of changes."""
    text = [name for name in rows[0] if not name.startswith("_")]
    order = {id(row): place for place, row in enumerate(sorted(rows, key=lambda row: row["_order"]))}
    carried = [
        {**row, "_sequence": f"{order[id(row)]:06d}", "_revision": 0, "_rescued": None}
        for row in rows
        if not row["_marked"]
    ]
    schema = ", ".join(
        [f"{name} string" for name in text] + [f"{n} {kind}" for n, kind in CARRIED_TYPES.items()]
    )
    values = [tuple(row.get(name) for name in (*text, *CARRIED_TYPES)) for row in carried]
    return transform("silver", feed)(spark.createDataFrame(values, schema))


def test_features_equal_the_replay(silver: dict[str, DataFrame], logs: dict[str, list[Row]]) -> None:
    end = END.replace(tzinfo=None)
    replayed = replay_examples(logs["flights"], logs["weather"], None, end)
    found = features(silver, HourRange(None, END)).collect()
    columns = set(found[0].asDict())
    expected = {key: {"flight_id": key[0], "as_of": key[1], **example} for key, example in replayed.items()}
    assert columns | {"late", "label_known_at"} == set(next(iter(expected.values())))
    assert {(row["flight_id"], row["as_of"]): rounded(row.asDict()) for row in found} == {
        key: rounded({name: example[name] for name in columns}) for key, example in expected.items()
    }
    for name in sorted(columns):
        assert any(example[name] is not None for example in expected.values()), name


def rounded(row: Row) -> Row:
    """Sums of doubles depend on their order in the last digits."""
    return {name: round(value, 9) if isinstance(value, float) else value for name, value in row.items()}


@pytest.mark.parametrize("name", [*LOADED.spec.gold, "examples"])
def test_an_hour_derived_alone_is_as_in_the_whole(silver: dict[str, DataFrame], name: str) -> None:
    """So each table's lookback reaches far enough: at noon, and at the hour of histories."""
    whole: list[Any] = rows_of(gold_table(silver, name, HourRange(None, END)))
    spec = LOADED.spec.examples if name == "examples" else LOADED.spec.gold[name]
    assert spec is not None
    for hour in (datetime(2013, 1, 3, 8, tzinfo=UTC), datetime(2013, 1, 3, 17, tzinfo=UTC)):
        window = HourRange(hour - timedelta(hours=1), hour)
        reach = range_predicate("_known_at", HourRange(hour - timedelta(hours=1) - spec.lookback, hour))
        alone = gold_table({feed: rows.where(reach) for feed, rows in silver.items()}, name, window)
        moment = hour.replace(tzinfo=None)
        assert rows_of(alone) == [row for row in whole if moment in row]
