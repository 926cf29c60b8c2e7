"""A model that may know a subject that was forgotten comes to serve in no way; what serves goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.answer import answer
from headgate.releases.challenge import NoTrial, challenge
from headgate.releases.reconcile import reconcile
from headgate.releases.registry import CHALLENGER, open_client, version_at
from headgate.releases.release_chain import breaks
from headgate.releases.release_log import append_release
from headgate.releases.release_rows import Release, releases
from headgate.releases.trials import on_trial
from tests.learning.forgotten_examples import forgotten
from tests.learning.learning_world import START, publish_examples
from tests.learning.trains_world import FIRST, World, new_world

SECOND, THIRD = FIRST + timedelta(hours=6), FIRST + timedelta(hours=12)


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Version 1 serves, 2 is on trial, 3 waits for its decision, when a subject is forgotten."""
    with new_world(spark, tmp_path_factory.mktemp("forgotten_models")) as world:
        world.through("first")
        assert world.promote(1) == "promote"
        publish_examples(spark, world.settings, SECOND)
        world.through("second")
        challenge(spark, world.settings, world.loaded, 2, by="anna", why="it knows more")
        publish_examples(spark, world.settings, THIRD)
        world.through("third")
        forgotten(
            spark, world.settings, "trains", START, lambda: publish_examples(spark, world.settings, THIRD, 9)
        )
        yield world


def why(world: World) -> str:
    """What is said of each of them, up to the day."""
    (line,) = Ledger(world.settings, "trains", "gold").forgettings()
    said = "it may have learned from a subject that was forgotten since"
    return f"{said} ({line.attempt}, asked for by anna on "


def test_its_trial_ends(world: World) -> None:
    (said,) = reconcile(world.spark, world.settings, world.loaded)
    assert said.startswith(f"the trial of model 2 is over, on record as release 3: {why(world)}")
    ended = releases(world.settings, "trains")[-1]
    assert (ended.decision, ended.version, ended.model) == ("hold", 2, 2)
    assert (ended.decided_by, ended.reasons[0]["check"]) == ("the rules of forgetting", "forgotten")
    assert on_trial(releases(world.settings, "trains")) is None
    assert version_at(open_client(), "trains", CHALLENGER) is None
    assert reconcile(world.spark, world.settings, world.loaded) == []


def test_as_a_candidate_it_is_held(world: World) -> None:
    assert world.promote(3) == "hold"
    (reason,) = releases(world.settings, "trains")[-1].reasons
    assert (reason["check"], reason["passed"]) == ("forgotten", False)
    assert reason["said"].startswith(why(world))
    assert world.champion() == 1


def test_no_new_trial_begins_by_command_or_by_hand(world: World) -> None:
    before = releases(world.settings, "trains")
    with pytest.raises(NoTrial) as refused:
        challenge(world.spark, world.settings, world.loaded, 2, by="anna", why="once more")
    first, *others = str(refused.value).splitlines()
    assert first.startswith(f"model 2 of trains cannot be put on trial: {why(world)}")
    assert others == [
        "  where: trains_ops.releases",
        "  left behind: no trial began; the aliases in MLflow are as they were",
        "  next: choose a later one: ./headgate releases list trains",
    ]
    open_client().set_registered_model_alias("trains", "challenger", "2")
    (said,) = reconcile(world.spark, world.settings, world.loaded)
    assert said.startswith(
        "the alias challenger was set in MLflow, and taken away again: model 2 of trains cannot be put on "
        f"trial: {why(world)}"
    )
    assert version_at(open_client(), "trains", CHALLENGER) is None
    assert releases(world.settings, "trains") == before


def test_an_approval_lets_it_not_serve(world: World) -> None:
    asked = Release(5, "ask", 2, 2, 1, [], evaluation={"track": "challenge"}, decided_by="the rules")
    append_release(world.spark, world.settings, "trains", asked)
    release = answer(world.spark, world.settings, world.loaded, 5, approved=True, by="ben")
    assert (release.decision, release.model) == ("hold", 2)
    assert [(one["check"], one["passed"]) for one in release.reasons] == [
        ("approval", True),
        ("forgotten", False),
    ]
    assert world.champion() == 1
    assert breaks(releases(world.settings, "trains")) == []
