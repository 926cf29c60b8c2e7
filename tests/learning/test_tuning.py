"""From a search to a challenger: staged, on record, every trial in MLflow, and nobody's parent."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from headgate.learning.candidate_folder import MANIFEST, CandidateFolder
from headgate.learning.comparison.compare import Fit
from headgate.releases.candidate import situation_of
from headgate.releases.evaluate import evaluate
from headgate.releases.model_headers import headers
from headgate.releases.model_log import record
from headgate.releases.registry import open_client
from headgate.releases.tuning import NothingServes, tune_pipeline, tuning_path
from headgate.releases.tuning_runs import show_tuning
from headgate.spec.algorithm_parameters import Between
from headgate.spec.pipeline import Model
from tests.learning.learning_world import loaded_pipeline
from tests.learning.trains_world import World, new_world

SMALL = {
    "xgboost": {"trees": Between(5, 20), "depth": Between(1, 3)},
    "logistic_regression": {"regularization": Between(0.001, 0.1, log=True)},
}


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A poor recipe, a tree with one split; no model of it serves yet."""
    with new_world(spark, tmp_path_factory.mktemp("tuning")) as world:
        model = world.loaded.spec.model
        assert isinstance(model, Model)
        poor = {"parameters": {"trees": 1, "depth": 1}, "folds": 2}
        loaded = loaded_pipeline(world.settings.home, model=model.model_copy(update=poor))
        yield World(spark, world.settings, loaded)


def searched(world: World, attempt: str, budget: float) -> tuple[dict[str, object], list[Fit]]:
    fits: list[Fit] = []
    seconds = itertools.count()
    found = tune_pipeline(
        world.spark,
        world.settings,
        world.loaded,
        attempt,
        budget,
        fits.append,
        clock=lambda: float(next(seconds)),
    )
    return found, fits


def test_there_must_be_a_recipe_to_beat(world: World) -> None:
    with pytest.raises(NothingServes) as caught:
        searched(world, "early", 1)
    assert str(caught.value) == (
        "no model of trains serves, so there is no recipe to begin with and none to beat\n"
        "  where: trains_ops.releases\n"
        "  left behind: nothing was fitted\n"
        "  next: let the first model prove itself: trigger the DAG trains_learn"
    )


def test_the_winner_is_a_candidate_of_the_challenge(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.through("first")
    assert world.promote(1) == "promote"
    monkeypatch.setattr("headgate.learning.tuning.search_space.SEARCH_SPACE", SMALL)
    found, fits = searched(world, "search", 14)
    entries = {entry["trial"]: entry for entry in found["entries"] if entry["algorithm"]}  # type: ignore[attr-defined]
    winner = entries[found["winner"]]
    assert entries["incumbent"]["given"] == {"trees": 1, "depth": 1, **entries["incumbent"]["given"]}
    assert [fit.trial for fit in fits][:2] == ["incumbent", "incumbent"]
    assert [fit.fold for fit in fits][:2] == [2, 1]
    assert winner["figures"]["log_loss"] == min(entry["figures"]["log_loss"] for entry in entries.values())
    assert winner["figures"]["log_loss"] < entries["incumbent"]["figures"]["log_loss"]

    record(world.spark, world.settings, "trains", "search")
    header = headers(world.settings, "trains")[-1]
    assert (header["model"], header["track"], header["parent"]) == (2, "challenge", 1)
    assert (header["algorithm"], header["parameters"]) == (winner["algorithm"], winner["parameters"])
    assert evaluate(world.spark, world.settings, world.loaded, "search")["version"] == 2
    assert world.champion() == 1

    again, fits = searched(world, "search", 14)
    assert (again, fits) == (json.loads(json.dumps(found)), [])


def test_a_challenger_is_no_parent_of_the_next_refresh(world: World) -> None:
    parent = situation_of(world.settings, world.loaded).parent
    assert parent is not None and parent.header["model"] == 1


def test_every_trial_is_a_run(world: World) -> None:
    shown = show_tuning(world.settings, "trains", "search")
    assert show_tuning(world.settings, "trains", "search") == shown
    client = open_client()
    tuning = json.loads(tuning_path(world.settings, "trains", "search").read_text())
    runs = client.search_runs([shown["experiment"]], f"tags.`mlflow.parentRunId` = '{shown['run']}'")
    names = [trial["trial"] for trial in [*tuning["entries"], *tuning["ended"]] if trial["algorithm"]]
    assert sorted(run.info.run_name for run in runs) == sorted(names)
    assert len(names) > 2
    own = next(run for run in runs if run.info.run_name == tuning["winner"])
    entry = next(entry for entry in tuning["entries"] if entry["trial"] == tuning["winner"])
    assert own.data.metrics["log_loss"] == entry["figures"]["log_loss"]
    assert own.data.params["algorithm"] == entry["algorithm"]
    for trial in tuning["ended"]:
        cut = next(run for run in runs if run.info.run_name == trial["trial"])
        assert cut.data.tags["headgate.trial.ended"] == trial["why"]


def test_nothing_better_is_no_candidate(world: World) -> None:
    found, _ = searched(world, "short", 0)
    assert found["winner"] is None
    manifest = CandidateFolder(world.settings, "trains", "short").read(MANIFEST)
    assert manifest == {
        "changed": False,
        "model": 1,
        "why": "No trial had a lower log loss than the recipe that serves.",
    }
