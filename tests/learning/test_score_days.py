"""The yardstick for a champion's scores: what its recipe said of hours that it had not learned from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.hops.ledger import Entry
from headgate.hops.ledger_append import append_entry
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.monitoring.score_days import score_days
from headgate.releases.model_headers import header_of
from tests.learning.scored_world import FIRST, HOUR, ScoredWorld

DAY = timedelta(days=1)
PREDICTION = (
    "ride string, as_of timestamp, role string, model bigint, version int, probability double, "
    "scored_at timestamp"
)


def said(world: ScoredWorld) -> list[tuple[int, float | None]]:
    """Rows and mean of each day's scores, up to the fourth day after model 1."""
    examples = world.loaded.spec.examples
    assert examples is not None
    header, until = header_of(world.settings, "rides", 1), FIRST + 4 * DAY
    days = score_days(world.spark, world.settings, "rides", world.ledger(), examples, header, until)
    return [(day["(score)"].rows, day["(score)"].mean) for day in days.values()]


def test_predictions_of_the_recipe_and_the_days_that_judged_it_are_the_yardstick(
    spark: SparkSession, tmp_path: Path
) -> None:
    world = ScoredWorld(spark, tmp_path)
    learned, judged = FIRST - 3 * DAY, FIRST - 2 * DAY + 12 * HOUR
    known = FIRST - DAY
    world.hour(
        FIRST,
        [
            ("learned", learned, "north", 9.0, 1, learned + HOUR),
            ("late", judged, "north", 9.0, 1, known),
            ("early", judged, "south", -9.0, 0, known),
            ("no label yet", judged, "south", 9.0, None, None),
        ],
    )
    world.model(1, low=(3.0, 1.0), high=(1.0, 3.0))
    world.model(2, low=(1.0, 1.0), high=(1.0, 1.0), recipe="another")
    world.model(3, low=(3.0, 1.0), high=(1.0, 3.0))
    assert said(world) == [(2, 0.5)]  # 0.75 and 0.25, of the day that judged model 1

    rows = [
        ("a", 0, "champion", 1, 0.25),
        ("b", 0, "champion", 1, 0.75),
        ("b", 0, "challenger", 2, 0.9),
        ("c", 1, "champion", 2, 0.9),  # of another recipe
        ("d", 2, "champion", 2, 0.9),
        ("d", 2, "challenger", 3, 0.125),
        ("e", 4, "champion", 3, 0.9),  # the day that is checked
    ]
    path = table_path(world.settings.lake, "rides", "gold.predictions")
    table = [
        (ride, FIRST + day * DAY + HOUR, role, model, model, probability, FIRST + day * DAY + HOUR)
        for ride, day, role, model, probability in rows
    ]
    spark.createDataFrame(table, PREDICTION).write.format("delta").mode("append").save(path)
    ledger, version = world.ledger(), current_version(path)
    assert version is not None
    entry = Entry(
        entry=ledger.next_entry(), number=ledger.next_number(), hop="scores", state="done", hour=FIRST,
        range_start=FIRST, range_end=FIRST + 5 * DAY, frontier=FIRST + 5 * DAY, attempt="scores",
        digest="digest", versions={"gold.predictions": version},
    )  # fmt: skip
    append_entry(world.settings, "rides", ledger, entry)
    assert said(world) == [(2, 0.5), (2, 0.5), (1, 0.125)]
