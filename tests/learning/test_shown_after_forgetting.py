"""What MLflow lacks of a model is shown again also where the rows that it learned from were forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.releases.candidate import learn_candidate
from headgate.releases.evaluate import evaluate
from headgate.releases.model_log import record
from headgate.releases.reconcile import reconcile
from headgate.releases.registry import open_client
from tests.learning.forgotten_examples import forgotten
from tests.learning.learning_world import START, publish_examples
from tests.learning.trains_world import FIRST, World, new_world

SECOND = FIRST + timedelta(hours=6)


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Version 1 serves, model 2 was recorded and never shown; then what both learned from was forgotten."""
    with new_world(spark, tmp_path_factory.mktemp("forgotten")) as world:
        world.through("first")
        assert world.promote(1) == "promote"
        publish_examples(spark, world.settings, SECOND)
        learn_candidate(lambda: spark, world.settings, world.loaded, "second")
        record(spark, world.settings, "trains", "second")
        forgotten(
            spark, world.settings, "trains", START, lambda: publish_examples(spark, world.settings, SECOND, 9)
        )
        yield world


def shown(version: str) -> tuple[dict[str, float], dict[str, str], list[str]]:
    """Metrics, tags and artifacts of a version's run."""
    client = open_client()
    run = client.get_run(client.get_model_version("trains", version).run_id)
    assert run.info.status == "FINISHED"
    files = [artifact.path for artifact in client.list_artifacts(run.info.run_id)]
    return run.data.metrics, run.data.tags, files


def test_a_model_that_was_never_judged_is_shown_without_an_evaluation(world: World) -> None:
    said = reconcile(world.spark, world.settings, world.loaded)
    assert said == ["model 2 is shown as version 2, with its run"]
    metrics, tags, files = shown("2")
    assert metrics["training/rows"] == 5 * 24 * 20 - 40
    assert "log_loss" not in metrics
    assert "headgate.track" not in tags
    assert files == []
    assert evaluate(world.spark, world.settings, world.loaded, "second")["version"] == 2
    assert reconcile(world.spark, world.settings, world.loaded) == []


def test_a_model_whose_run_is_gone_is_shown_with_the_figures_of_its_release(world: World) -> None:
    client = open_client()
    before = shown("1")[0]
    run = client.get_model_version("trains", "1").run_id
    client.delete_model_version("trains", "1")
    client._tracking_client.store._hard_delete_run(run)
    said = reconcile(world.spark, world.settings, world.loaded)
    assert said[0] == "model 1 is shown as version 3, with its run"
    metrics, tags, files = shown("3")
    assert metrics == before
    assert tags["headgate.track"] == "first"
    assert files == ["evaluation.json"]
    assert world.champion() == 3
    assert reconcile(world.spark, world.settings, world.loaded) == []
