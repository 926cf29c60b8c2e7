"""A small pipeline for tests of learning: synthetic examples as Headgate's gold layer would hold them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from pyspark.sql import SparkSession

from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.lake.tables import HOPS_TYPES, create_table
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Costs, Examples, Feature, Model, Pipeline, Promotion, Slice
from headgate.spec.settings import Settings

START = datetime(2013, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROWS_AN_HOUR = 20
SCHEMA = (
    "flight_id string, as_of timestamp, carrier string, hour int, delay double, "
    "late int, label_known_at timestamp"
)

SPEC = {
    "pipeline": "trains",
    "schedule": {"start": START},
    "feeds": {"trains": {"key": ["flight_id"]}},
    "silver": {"trains": {"feed": "trains"}},
    "examples": Examples(inputs=["trains"], entity=["flight_id"], label="late"),
    "model": Model(
        algorithm="random_forest",
        parameters={"trees": 12, "depth": 5},
        seed=7,
        window=timedelta(days=5),
        features={"carrier": Feature(nominal=["A", "B", "C"]), "hour": Feature(), "delay": Feature()},
        baselines=[[], ["carrier", "hour"]],
        costs=Costs(false_positive=20, true_positive=60, false_negative=100),
        slices={"carrier": Slice(), "delay": Slice(edges=[0])},
    ),
    "promotion": Promotion(first_holdout=timedelta(days=3)),
}


def loaded_pipeline(folder: Path, **changes: object) -> LoadedPipeline:
    """The pipeline `trains` with top-level keys of its spec changed."""
    return LoadedPipeline(Pipeline(**{**SPEC, **changes}), {}, folder, "spec-digest", "code-digest")  # type: ignore[arg-type]


def examples_until(frontier: datetime, seed: int = 1) -> list[tuple[object, ...]]:
    """20 examples (columns of SCHEMA) for each as-of hour after START, labels as known at the frontier.

    Late arrivals follow from carrier and delay; a tenth of the delays is missing, a twentieth of the carriers
    is outside the vocabulary, and of every 50 hours 20 have one train that never gets a label.
    """
    rows: list[tuple[object, ...]] = []
    for number in range(1, int((frontier - START) / HOUR) + 1):
        draw = np.random.default_rng([seed, number])
        as_of = START + number * HOUR
        known_at = as_of + timedelta(hours=5)
        for row in range(ROWS_AN_HOUR):
            carrier = str(draw.choice(["A", "B", "C", "Q"], p=[0.35, 0.3, 0.3, 0.05]))
            delay = round(float(draw.normal(0, 10)), 1)
            chance = 1 / (1 + np.exp(-(delay / 4 + (1.0 if carrier == "A" else -1.0))))
            late, missing = int(draw.random() < chance), draw.random() < 0.1
            known = known_at <= frontier and (row + number) % 50 != 0
            label = (late, known_at) if known else (None, None)
            rows.append(
                (f"{number:05d}-{row:02d}", as_of, carrier, as_of.hour, None if missing else delay, *label)
            )
    return rows


def publish_examples(spark: SparkSession, settings: Settings, frontier: datetime, seed: int = 1) -> int:
    """Write the examples known at `frontier`, record the hour in the ledger, and give the version."""
    path = table_path(settings.lake, "trains", "gold.examples")
    spark.createDataFrame(examples_until(frontier, seed), SCHEMA).write.format("delta").mode(
        "overwrite"
    ).save(path)
    version = current_version(path)
    assert version is not None
    create_table(spark, table_path(settings.lake, "trains", "ops.hops"), HOPS_TYPES, change_feed=False)
    ledger = Ledger(settings, "trains", "gold")
    entry = Entry(
        entry=ledger.next_entry(),
        number=ledger.next_number(),
        hop="gold",
        state="done",
        hour=frontier - HOUR,
        range_start=None,
        range_end=frontier,
        frontier=ledger.frontier(),
        attempt=f"{frontier:%Y-%m-%dT%H}",
        digest="digest",
        report=f"trains/gold/{frontier - HOUR:%Y-%m-%dT%H}.html",
        versions={"gold.examples": version},
    )
    append_entry(settings, "trains", ledger, entry)
    return version
