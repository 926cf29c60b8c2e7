"""A column goes that the champion needs: what takes its place needs no trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.releases.challenge import NoTrial, challenge
from headgate.releases.registry import CHALLENGER, open_client, version_at
from headgate.releases.release_rows import releases
from headgate.spec.contract import Column, Contract
from headgate.spec.pipeline import Feature, Model
from tests.learning.learning_world import SPEC, loaded_pipeline, publish_examples
from tests.learning.trains_world import FIRST, World, new_world

MODEL = SPEC["model"]
assert isinstance(MODEL, Model)
ALL = {"carrier": Feature(nominal=["A", "B", "C"]), "hour": Feature(), "delay": Feature()}


def spec_with(world: World, *features: str) -> None:
    """The model learns from these features, and the examples have no other columns of that kind."""
    model = MODEL.model_copy(update={"features": {name: ALL[name] for name in features}})
    names = ["flight_id", "as_of", "late", "label_known_at", *features]
    contract = Contract(
        description="One row a train and hour.",
        key=["flight_id", "as_of"],
        columns={name: Column() for name in names},
    )
    loaded = loaded_pipeline(world.loaded.folder, model=model)
    world.loaded = replace(loaded, contracts={"gold.examples": contract})


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Version 1 serves and needs the hour; version 2 does not, and the hour is gone."""
    with new_world(spark, tmp_path_factory.mktemp("removed")) as world:
        spec_with(world, "carrier", "hour", "delay")
        world.through("first")
        assert world.promote(1) == "promote"
        spec_with(world, "carrier", "delay")
        publish_examples(spark, world.settings, FIRST + timedelta(hours=6))
        world.through("second")
        yield world


def test_no_trial_begins_that_could_never_end(world: World) -> None:
    with pytest.raises(NoTrial) as refused:
        challenge(world.spark, world.settings, world.loaded, 2, by="anna", why="it needs no hour")
    assert str(refused.value) == (
        "model 2 of trains cannot be put on trial: champion model 1 needs hour, which examples have none of "
        "any more, so it scores no hour to compare with\n"
        "  where: trains_ops.releases\n"
        "  left behind: no trial began; the aliases in MLflow are as they were\n"
        "  next: let the next model be judged without a trial: trigger the DAG trains_learn"
    )


def test_the_model_without_it_is_judged_as_a_refresh_is(world: World) -> None:
    assert world.promote(2) == "promote"
    assert world.champion() == 2
    release = releases(world.settings, "trains")[-1]
    assert release.evaluation["track"] == "refresh"
    assert "not significantly worse" in [reason["check"] for reason in release.reasons]
    assert release.reasons[-1] == {
        "check": "recipe",
        "passed": True,
        "said": "it is of another recipe than the champion, which scores no hour without hour: no trial",
    }


def test_a_model_with_one_more_input_is_put_on_trial(world: World) -> None:
    spec_with(world, "carrier", "hour", "delay")
    publish_examples(world.spark, world.settings, FIRST + timedelta(hours=12))
    world.through("third")
    assert world.promote(3) == "challenge"
    trial = version_at(open_client(), "trains", CHALLENGER)
    assert (trial.version if trial else None, world.champion()) == (3, 2)
