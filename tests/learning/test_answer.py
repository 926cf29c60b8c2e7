"""Somebody approves of what the rules would promote: asked once, answered once, on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pyspark.sql import SparkSession

from headgate.releases.answer import NothingAsked, NotShown, answer, champion_holds
from headgate.releases.reconcile import reconcile
from headgate.releases.registry import open_client
from headgate.releases.release_chain import breaks
from headgate.releases.release_log import append_release
from headgate.releases.release_rows import Release, releases
from headgate.spec.pipeline import Promotion
from tests.learning.learning_world import publish_examples
from tests.learning.trains_world import FIRST, World, new_world

PROMOTION = Promotion(first_holdout=timedelta(days=3), ask=["first", "refresh"])


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Version 1 waits for its decision, on which somebody is asked."""
    with new_world(spark, tmp_path_factory.mktemp("answer"), promotion=PROMOTION) as world:
        world.through("first")
        yield world


def answered(world: World, asked: int, *, approved: bool, by: str = "anna") -> Release:
    return answer(world.spark, world.settings, world.loaded, asked, approved=approved, by=by)


def test_what_would_be_promoted_is_asked_once_and_serves_not(world: World) -> None:
    assert world.promote(1) == "ask"
    assert world.promote(1) == "ask"
    (asked,) = releases(world.settings, "trains")
    assert all(reason["passed"] for reason in asked.reasons)
    assert world.champion() is None
    assert open_client().get_model_version("trains", "1").tags["headgate.decision"] == "ask"
    assert reconcile(world.spark, world.settings, world.loaded) == []


def test_an_answer_to_no_question_is_refused(world: World) -> None:
    with pytest.raises(NothingAsked) as refused:
        answered(world, 2, approved=True)
    assert str(refused.value) == (
        "release 2 of trains asked nobody\n"
        "  where: trains_ops.releases\n"
        "  left behind: nothing was decided\n"
        "  next: ./headgate releases list trains"
    )


def test_an_approved_candidate_serves_in_the_name_of_who_approved(world: World) -> None:
    release = answered(world, 1, approved=True)
    assert (release.decision, release.version, release.decided_by) == ("promote", 1, "anna")
    assert release.reasons[-1] == {"check": "approval", "passed": True, "said": "anna approved of it"}
    assert release.reasons[:-1] == releases(world.settings, "trains")[0].reasons
    assert (release.evaluation["track"], release.pins) == ("first", {"gold.examples": 0})
    assert world.champion() == 1
    assert answered(world, 1, approved=False, by="ben") == release
    assert world.promote(1) == "promote"
    assert len(releases(world.settings, "trains")) == 2


def test_without_an_answer_it_is_held(world: World) -> None:
    publish_examples(world.spark, world.settings, FIRST + timedelta(hours=6))
    world.through("second")
    assert world.promote(2) == "ask"
    release = answered(world, 3, approved=False, by="nobody in time")
    assert (release.decision, release.decided_by) == ("hold", "nobody in time")
    assert release.reasons[-1]["said"] == "nobody approved of it in time"
    assert world.champion() == 1


@pytest.mark.parametrize(
    ("track", "now", "refreshed", "said"),
    [
        ("challenge", 4, True, []),
        ("refresh", 4, False, []),
        (
            "challenge",
            6,
            True,
            [(True, "version 6 serves now, version 4 refreshed: the trial was against its recipe")],
        ),
        ("challenge", 6, False, [(False, "version 6 serves now, but version 4 did when it was asked")]),
        ("refresh", 6, True, [(False, "version 6 serves now, but version 4 did when it was asked")]),
        ("challenge", None, False, [(False, "nothing serves now, but version 4 did when it was asked")]),
    ],
)
def test_who_serves_when_the_answer_comes(
    track: str, now: int | None, refreshed: bool, said: list[tuple[bool, str]]
) -> None:
    asked = Release(9, "ask", 5, 5, 4, [], evaluation={"track": track})
    assert [(one.passed, one.said) for one in champion_holds(asked, now, refreshed)] == said


def test_an_approval_that_comes_after_another_champion_holds(world: World) -> None:
    publish_examples(world.spark, world.settings, FIRST + timedelta(hours=12))
    world.through("third")
    assert world.promote(3) == "ask"
    open_client().set_registered_model_alias("trains", "champion", "2")
    release = answered(world, 5, approved=True)
    assert release.decision == "hold"
    assert release.reasons[-1]["said"] == "version 2 serves now, but version 1 did when it was asked"
    assert world.champion() == 2
    assert [row.decision for row in releases(world.settings, "trains")] == [
        *("ask", "promote", "ask", "hold", "ask", "by_hand", "hold")
    ]


def test_a_challenger_that_is_approved_serves_though_the_champion_was_refreshed(world: World) -> None:
    days = {"check": "days", "passed": True, "said": "14 complete days, 14 needed"}
    asked = Release(8, "ask", 3, 3, 2, [days], evaluation={"track": "challenge"}, decided_by="the rules")
    append_release(world.spark, world.settings, "trains", asked)
    open_client().set_registered_model_alias("trains", "champion", "1")
    release = answered(world, 8, approved=True)
    assert (release.decision, release.version, release.previous_champion) == ("promote", 3, 1)
    assert release.reasons[-1]["said"] == (
        "version 1 serves now, version 2 refreshed: the trial was against its recipe"
    )
    assert world.champion() == 3
    assert breaks(releases(world.settings, "trains")) == []


def test_an_approval_counts_for_the_version_that_shows_the_model_now(world: World) -> None:
    """The version that was asked about was deleted in MLflow meanwhile."""
    days = {"check": "days", "passed": True, "said": "14 complete days, 14 needed"}
    asked = Release(11, "ask", 2, 2, 3, [days], evaluation={"track": "challenge"}, decided_by="the rules")
    append_release(world.spark, world.settings, "trains", asked)
    open_client().delete_model_version("trains", "2")
    with pytest.raises(NotShown) as refused:
        answered(world, 11, approved=True)
    assert str(refused.value) == (
        "MLflow no longer has a version that shows model 2, about which release 11 asked\n"
        "  where: MLflow, registered model trains\n"
        "  left behind: nothing was decided, and the answer counts once the task runs again\n"
        "  next: ./headgate releases reconcile trains, which shows it; then clear the task"
    )
    assert "model 2 is shown as version 4, with its run" in reconcile(
        world.spark, world.settings, world.loaded
    )
    release = answered(world, 11, approved=True)
    assert (release.decision, release.version, release.model) == ("promote", 4, 2)
    assert world.champion() == 4
    assert reconcile(world.spark, world.settings, world.loaded) == []
