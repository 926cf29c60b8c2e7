"""A lake whose examples change, and the model log of what an incremental forest learns from them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

from headgate.lake.history import current_version
from headgate.lake.merge import merge
from headgate.lake.paths import table_path
from headgate.lake.tables import create_table
from headgate.learning.candidate_folder import CandidateFolder
from headgate.learning.increment import Parent
from headgate.learning.learn import Situation, learn
from headgate.releases.model_headers import headers
from headgate.releases.model_log import nodes_of, record
from headgate.spec.pipeline import Model
from headgate.spec.settings import Settings
from tests.learning.learning_world import SCHEMA, SPEC, loaded_pipeline

FIRST = datetime(2013, 1, 10, tzinfo=UTC)
TYPES = dict(field.split() for field in SCHEMA.split(", "))
PARAMETERS: dict[str, int | float | str] = {
    "trees": 8, "groups": 4, "share": 0.5, "slots": 5, "depth": 3, "minimum_rows": 700,
}  # fmt: skip
PLAIN = SPEC["model"]
assert isinstance(PLAIN, Model)
RING = PLAIN.model_copy(update={"algorithm": "incremental_forest", "parameters": PARAMETERS})


class ChangingWorld:
    """The lake at one moment: `frontier` may be moved, `publish` changes the examples.

    `model` is the spec's, `attempt` the name of the last attempt to learn.
    """

    def __init__(self, spark: SparkSession, settings: Settings) -> None:
        self.spark, self.settings, self.attempts = spark, settings, 0
        self.path = table_path(settings.lake, "trains", "gold.examples")
        create_table(spark, self.path, TYPES, change_feed=True, deletion_vectors=True)
        self.model, self.frontier = RING, FIRST
        self.rows: dict[str, tuple[object, ...]] = {}

    def publish(self, rows: list[tuple[object, ...]]) -> None:
        """Bring the table to these rows, of which only what differs becomes a change."""
        self.rows = {str(row[0]): row for row in rows}
        frame = self.spark.createDataFrame(rows, SCHEMA)
        merge(frame, self.path, ["flight_id", "as_of"], delete_within="true")

    def learn(self, parent: Parent | None = None) -> dict[str, Any]:
        """Stage a candidate; without a parent one that is learned from all rows."""
        self.attempts += 1
        version = current_version(self.path)
        assert version is not None
        situation = Situation(self.frontier, {"gold.examples": version}, parent, serving=False)
        loaded = loaded_pipeline(self.settings.home, model=self.model)
        return learn(lambda: self.spark, self.settings, loaded, self.attempt, situation)

    @property
    def attempt(self) -> str:
        return f"attempt-{self.attempts}"

    @property
    def staged(self) -> pd.DataFrame:
        """The nodes of the last attempt."""
        return pd.read_parquet(CandidateFolder(self.settings, "trains", self.attempt).nodes)

    def newest(self) -> Parent:
        """The newest model of the log."""
        header = headers(self.settings, "trains")[-1]
        return Parent(header, lambda: nodes_of(self.settings, "trains", header["model"]))

    def record(self) -> dict[str, Any]:
        """Record the last attempt and give its header."""
        number = record(self.spark, self.settings, "trains", self.attempt)
        header = headers(self.settings, "trains")[-1]
        assert header["model"] == number
        return header

    def learn_on(self) -> dict[str, Any]:
        """Learn from what changed since the newest model, record that, and give its header."""
        manifest = self.learn(self.newest())
        assert manifest["changed"], manifest
        return self.record()
