"""Net changes: what the change feed, the window and the labels make of it, against plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from headgate.lake.history import current_version
from headgate.lake.merge import merge
from headgate.lake.tables import create_table
from headgate.learning.net_changes import LearnedFrom, NetChanges, NoChangeFeed, net_changes
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.pipeline import Examples

TYPES = {
    "id": "int",
    "as_of": "timestamp",
    "delay": "double",
    "note": "string",
    "late": "int",
    "label_known_at": "timestamp",
}
EXAMPLES = Examples(inputs=["trains"], entity=["id"], label="late")
COLUMNS = ["id", "as_of", "late", "delay"]  # not `note`: nobody learns from it
START = datetime(2013, 1, 1, tzinfo=UTC)
DAYS = timedelta(days=1)
Row = tuple[int, datetime, float | None, str, int | None, datetime | None]
State = dict[tuple[int, datetime], Row]


def draw(dice: random.Random, key: tuple[int, datetime]) -> Row:
    delay = dice.choice([None, 0.0, 1.5, 2.5])
    known = dice.random() < 0.7
    label = (dice.randint(0, 1), key[1] + dice.randint(1, 30) * HOUR) if known else (None, None)
    return (*key, delay, dice.choice(["a", "b"]), *label)


@pytest.fixture(scope="module")
def table(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[State]]]:
    """Four commits that insert, update and delete, and the table's rows after each."""
    path, dice = str(tmp_path_factory.mktemp("net") / "examples"), random.Random(5)
    create_table(spark, path, TYPES, change_feed=True, deletion_vectors=True)
    keys = [(number, START + (number % 60) * 2 * HOUR) for number in range(90)]
    schema = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    states: list[State] = [{}]
    for _ in range(4):
        state = dict(states[-1])
        for key in dice.sample(keys, 25):
            state.pop(key, None)
            if dice.random() < 0.75:
                state[key] = draw(dice, key)
        merge(
            spark.createDataFrame(list(state.values()), schema),
            path,
            ["id", "as_of"],
            delete_within="true",
        )
        assert current_version(path) == len(states)
        states.append(state)
    yield path, states


def learned(state: State, known: LearnedFrom) -> dict[tuple[int, datetime], tuple[object, ...]]:
    """The rows that are learned from, in plain Python."""
    start, end = known.training.start, known.training.end
    return {
        key: (key, late, delay)
        for key, (_, as_of, delay, _, late, known_at) in state.items()
        if (start is None or as_of > start) and as_of <= end
        if late is not None and known_at is not None and known_at <= known.frontier
    }


def expected(
    before: dict[tuple[int, datetime], tuple[object, ...]],
    now: dict[tuple[int, datetime], tuple[object, ...]],
) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for key in {*before, *now}:
        if before.get(key) != now.get(key):
            kind = "inserted" if key not in before else "deleted" if key not in now else "updated"
            day = found.setdefault(
                (key[1] - datetime(1970, 1, 1, tzinfo=UTC)).days, {"inserted": 0, "updated": 0, "deleted": 0}
            )
            day[kind] += 1
    return found


def known(version: int, end: float, frontier: float, span: float = 3) -> LearnedFrom:
    """Learned from `span` days up to day `end`, with labels known at day `frontier`."""
    until = START + end * DAYS
    return LearnedFrom(version, HourRange(until - span * DAYS, until), START + frontier * DAYS)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (known(1, 4, 5), known(2, 4, 5)),  # one commit
        (known(1, 4, 5), known(4, 4, 5)),  # three, collapsed
        (known(3, 3, 4), known(3, 3.25, 4.25)),  # no commit: cohorts and labels alone
        (known(3, 4, 4), known(3, 4, 4.5)),  # labels alone
        (known(1, 3, 4), known(4, 3.5, 4.5)),  # all of it
        (known(2, 4, 5), known(4, 3, 4)),  # back in time
        (known(0, 4, 5), known(4, 4, 5)),  # from an empty table
        (known(4, 4, 5), known(4, 4, 5)),  # nothing
    ],
)  # fmt: skip
def test_changes_are_those_between_what_was_learned_from(
    spark: SparkSession, table: tuple[str, list[State]], before: LearnedFrom, now: LearnedFrom
) -> None:
    path, states = table
    found = net_changes(spark, path, EXAMPLES, COLUMNS, before, now)
    wanted = expected(learned(states[before.version], before), learned(states[now.version], now))
    assert found == NetChanges(wanted)
    assert bool(wanted) == (before != now)
    assert found.days == sorted(wanted)


def test_a_feed_that_is_gone_is_said(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "examples")
    create_table(spark, path, TYPES, change_feed=False)
    rows = spark.createDataFrame(
        [draw(random.Random(1), (1, START))], ", ".join(f"{n} {k}" for n, k in TYPES.items())
    )
    rows.write.format("delta").mode("append").save(path)
    with pytest.raises(NoChangeFeed, match=r"^DELTA_MISSING_CHANGE_DATA$"):
        net_changes(spark, path, EXAMPLES, COLUMNS, known(0, 4, 5), known(1, 4, 5))


def test_a_feed_whose_files_were_removed_is_said(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "examples")
    create_table(spark, path, TYPES, change_feed=True)
    schema = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    for number in (1, 2):
        rows = [draw(random.Random(number), (key, START)) for key in range(3)]
        merge(spark.createDataFrame(rows, schema), path, ["id", "as_of"], delete_within="true")
    for file in (tmp_path / "examples" / "_change_data").glob("*.parquet"):
        file.unlink()
    with pytest.raises(NoChangeFeed, match=r"^FAILED_READ_FILE\.FILE_NOT_EXIST$"):
        net_changes(spark, path, EXAMPLES, COLUMNS, known(1, 4, 5), known(2, 4, 5))


def test_another_error_stays_what_it_is(spark: SparkSession, table: tuple[str, list[State]]) -> None:
    with pytest.raises(AnalysisException, match="UNRESOLVED_COLUMN"):
        net_changes(spark, table[0], EXAMPLES, ["nothing"], known(1, 4, 5), known(2, 4, 5))
