"""The pipeline `rides`: examples, models and releases written by hand, for tests of scoring and looking back.

A model is one tree that splits at delay 0: its two leaves say what a test wants them to.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyspark.sql import SparkSession

from headgate.gates.verdict import Verdict
from headgate.hops.attempt import Manifest
from headgate.hops.gate import gate
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish import publish
from headgate.lake.append import append
from headgate.lake.history import current_version
from headgate.lake.merge import merge
from headgate.lake.paths import table_path
from headgate.lake.tables import create_table, prepare_tables
from headgate.lake.transaction import Transaction
from headgate.releases.model_log import MODELS, MODELS_TYPES
from headgate.releases.release_log import append_release
from headgate.releases.release_rows import Release, releases
from headgate.serving.stage_scores import stage_scores
from headgate.spec.load import load_pipeline
from tests.unit.spec_folders import write_files

HOUR = timedelta(hours=1)
FIRST = datetime(2013, 1, 10, tzinfo=UTC)
Row = tuple[str, datetime, str, float | None, int | None, datetime | None]

FILES = {
    "pipelines/rides/pipeline.yaml": """\
pipeline: rides
schedule: {start: 2013-01-01}
feeds:
  rides: {key: [ride]}
silver:
  rides: {feed: rides}
examples:
  inputs: [rides]
  entity: [ride]
  label: late
model:
  algorithm: random_forest
  parameters: {trees: 1}
  features:
    city: {nominal: [north, south]}
    delay: {}
  costs: {false_positive: 20, true_positive: 60, false_negative: 100}
""",
    "pipelines/rides/gold.py": (
        "def examples(inputs, hours):\n    return inputs\n\n\ndef labels(inputs, hours):\n    return inputs\n"
    ),
    "expectations/rides/silver.rides.yaml": (
        "description: One row per ride.\nkey: [ride]\ncolumns:\n  ride: {}\n  city: {}\n"
    ),
    "expectations/rides/gold.examples.yaml": (
        "description: One row per ride and hour.\nkey: [ride, as_of]\ncolumns:\n  ride: {}\n"
        "  as_of: {type: timestamp}\n  city: {}\n  delay: {type: double}\n  late: {type: int}\n"
        "  label_known_at: {type: timestamp}\n"
    ),
}
EXAMPLE_COLUMNS = (
    "ride string, as_of timestamp, city string, delay double, late int, label_known_at timestamp"
)


class ScoredWorld:
    """A lake of `rides` whose hours, models and releases a test writes one by one."""

    def __init__(self, spark: SparkSession, home: Path) -> None:
        self.spark = spark
        self.settings = write_files(home, FILES)
        self.loaded = load_pipeline(self.settings, "rides")
        prepare_tables(spark, self.settings.lake, self.loaded)

    def ledger(self) -> Ledger:
        """What the ledger says now."""
        return Ledger(self.settings, "rides", "gold")

    def hour(self, end: datetime, rows: Sequence[Row], hours: int = 1) -> None:
        """Publish examples as the run that ends at `end` would; rows of known keys replace what is there."""
        path = table_path(self.settings.lake, "rides", "gold.examples")
        if rows:
            merge(self.spark.createDataFrame(list(rows), EXAMPLE_COLUMNS), path, ["ride", "as_of"])
        version, ledger = current_version(path), self.ledger()
        assert version is not None
        done = Entry(
            entry=ledger.next_entry(),
            number=ledger.next_number(),
            hop="gold",
            state="done",
            hour=end - HOUR,
            range_start=end - hours * HOUR,
            range_end=end,
            frontier=ledger.frontier(),
            attempt=f"{end:%Y-%m-%dT%H}",
            digest="digest",
            versions={"gold.examples": version},
        )
        append_entry(self.settings, "rides", ledger, done)

    def model(
        self, number: int, low: tuple[float, float], high: tuple[float, float], recipe: str = "one"
    ) -> None:
        """Record a model: rows with a delay up to 0 fall into the leaf `low`: weights of class 0 and 1."""
        learned_until, examples = FIRST - 48 * HOUR, table_path(self.settings.lake, "rides", "gold.examples")
        path = table_path(self.settings.lake, "rides", MODELS)
        create_table(self.spark, path, MODELS_TYPES, change_feed=False)
        header = {
            "digest": f"digest {number}",
            "recipe": recipe,
            "form": {"kind": "forest"},
            "features": [
                {"name": "city", "nominal": ["north", "south"]},
                {"name": "delay", "nominal": None},
            ],
            "nodes": {"digest": f"nodes {number}"},
            "pins": {"gold.examples": current_version(examples)},
            "frontier": FIRST.isoformat(),
            "training": {
                "start": (learned_until - 240 * HOUR).isoformat(),
                "end": learned_until.isoformat(),
            },
            "evaluation": {
                "start": learned_until.isoformat(),
                "end": (learned_until + 24 * HOUR).isoformat(),
            },
            "code": "code",
            "spec": "spec",
        }  # fmt: skip
        nodes = [
            (0, 0, 0.0, 0.5, [1.0, 1.0], 2, 0.5, 1, 2, 1, 0.0, None),
            (0, 1, 0.0, 0.0, [*low], 1, -1.0, -1, -1, -1, None, None),
            (0, 2, 1.0, 0.0, [*high], 1, -1.0, -1, -1, -1, None, None),
        ]
        described = (number, "header", header["digest"], json.dumps(header), *[None] * 12)
        stored = [(number, "node", f"nodes {number}", None, *node) for node in nodes]
        columns = ", ".join(f"`{name}` {kind}" for name, kind in MODELS_TYPES.items())
        rows = self.spark.createDataFrame([described, *stored], columns)
        append(rows.coalesce(1), path, Transaction("rides/model", number))

    def release(
        self, frontier: datetime, version: int | None, model: int | None, decision: str = "promote"
    ) -> None:
        """Record that a version serves from a frontier on."""
        number = len(releases(self.settings, "rides")) + 1
        append_release(
            self.spark,
            self.settings,
            "rides",
            Release(number, decision, version, model, None, [], frontier=frontier.isoformat()),
        )

    def stage(self, end: datetime, name: str) -> Manifest:
        """Stage the scores of the run that ends at `end`."""
        return stage_scores(self.spark, self.settings, "rides", end - HOUR, name)

    def gate(self, name: str) -> Verdict:
        """Judge staged scores."""
        return gate(self.spark, self.settings, "rides", "scores", name)

    def publish(self, name: str) -> Entry:
        """Publish judged scores."""
        return publish(self.spark, self.settings, "rides", "scores", name)

    def score(self, end: datetime, name: str | None = None) -> Entry:
        """Stage, gate and publish the scores of the run that ends at `end`."""
        name = name or f"{end:%Y-%m-%dT%H}--scores"
        self.stage(end, name)
        self.gate(name)
        return self.publish(name)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What a query gives, moments in UTC."""
        found = self.spark.sql(sql).toArrow().to_pylist()
        return [tuple(row.values()) for row in found]
