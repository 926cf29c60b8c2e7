"""One lake of the pipeline `trains`, one MLflow, and the steps of learning and deciding on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from headgate.releases.candidate import learn_candidate
from headgate.releases.evaluate import evaluate
from headgate.releases.model_headers import headers
from headgate.releases.model_log import record
from headgate.releases.promotion import promote
from headgate.releases.registry import champion, open_client
from headgate.releases.release_rows import Release, releases
from headgate.releases.rollback import roll_back
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from tests.learning.learning_world import loaded_pipeline, publish_examples

FIRST = datetime(2013, 1, 10, tzinfo=UTC)


class World:
    """One lake, one MLflow and the steps of the learning DAG on them."""

    def __init__(self, spark: SparkSession, settings: Settings, loaded: LoadedPipeline) -> None:
        self.spark, self.settings, self.loaded = spark, settings, loaded

    def through(self, attempt: str) -> dict[str, object]:
        """Learn, record and evaluate one attempt."""
        learn_candidate(lambda: self.spark, self.settings, self.loaded, attempt)
        record(self.spark, self.settings, "trains", attempt)
        return evaluate(self.spark, self.settings, self.loaded, attempt)

    def promote(self, version: int) -> str:
        """Decide on a version and give the decision."""
        return promote(self.spark, self.settings, self.loaded, version).decision

    def roll_back(self, to: int, run: str, why: str = "too many alarms", *, tables: bool = False) -> Release:
        """Go back to a release in the name of anna."""
        return roll_back(
            self.spark, self.settings, self.loaded, to, tables=tables, by="anna", why=why, run=run
        )

    def champion(self) -> int | None:
        """The version that serves."""
        now = champion(open_client(), "trains")
        return now.version if now else None

    def counts(self) -> dict[str, int]:
        """How many of everything there are."""
        client = open_client()
        experiment = client.get_experiment_by_name("trains")
        assert experiment is not None
        lake = self.settings.lake / "trains" / "ops"
        return {
            "models": len(headers(self.settings, "trains")),
            "model commits": DeltaTable(str(lake / "models")).version(),
            "releases": len(releases(self.settings, "trains")),
            "runs": len(client.search_runs([experiment.experiment_id])),
            "logged models": len(client.search_logged_models([experiment.experiment_id])),
            "versions": len(client.search_model_versions("name = 'trains'")),
        }


@contextmanager
def new_world(spark: SparkSession, home: Path, **changes: object) -> Iterator[World]:
    """A lake with ten days of examples, nothing learned yet, and an empty MLflow; the spec with `changes`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home}/mlflow.db")
        patch.chdir(home)
        settings = Settings(home=home)
        publish_examples(spark, settings, FIRST)
        yield World(spark, settings, loaded_pipeline(home, **changes))
