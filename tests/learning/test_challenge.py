"""A model on trial: how it begins, what it is decided by, and what a hand in MLflow does to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.releases.challenge import NoTrial, challenge
from headgate.releases.last_look import last_look
from headgate.releases.look import look
from headgate.releases.promotion import Undecided
from headgate.releases.reconcile import reconcile
from headgate.releases.registry import CHALLENGER, open_client, version_at
from headgate.releases.release_chain import breaks
from headgate.releases.release_rows import Release, releases
from headgate.releases.trials import began_within, on_trial
from headgate.spec.pipeline import Challenge, Model, Promotion
from tests.learning.learning_world import SPEC, examples_until, loaded_pipeline, publish_examples
from tests.learning.trains_world import FIRST, World, new_world

SECOND, THIRD = FIRST + timedelta(hours=6), FIRST + timedelta(days=6, hours=6)
PROMOTION = Promotion(
    first_holdout=timedelta(days=3),
    challenge=Challenge(minimum_days=3, minimum_rows=300, evidence=3, largest_day=0.5, at_most=2),
)
PREDICTION = (
    "flight_id string, as_of timestamp, role string, model bigint, version int, probability double, "
    "scored_at timestamp"
)


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Version 1 waits for its decision."""
    with new_world(spark, tmp_path_factory.mktemp("challenge"), promotion=PROMOTION) as world:
        world.through("first")
        yield world


def begin(world: World, model: int) -> Release:
    return challenge(world.spark, world.settings, world.loaded, model, by="anna", why="it knows more")


def refused(world: World, model: int) -> str:
    before = releases(world.settings, "trains")
    with pytest.raises(NoTrial) as error:
        begin(world, model)
    assert releases(world.settings, "trains") == before
    return str(error.value)


def under_alias() -> int | None:
    found = version_at(open_client(), "trains", CHALLENGER)
    return found.version if found else None


def publish_predictions(world: World, frontier: datetime, model: int) -> None:
    """What champion and challenger said of the hours from SECOND on: the challenger knows better."""
    rows = []
    for flight, as_of, _, _, _, late, _ in examples_until(frontier):
        if as_of > SECOND:  # type: ignore[operator]  # a moment
            for role, number, sure in (("champion", 1, 0.55), ("challenger", model, 0.8)):
                rows.append((flight, as_of, role, number, number, sure if late else 1 - sure, as_of))
    path = table_path(world.settings.lake, "trains", "gold.predictions")
    world.spark.createDataFrame(rows, PREDICTION).write.format("delta").mode("overwrite").save(path)
    ledger, version = Ledger(world.settings, "trains", "gold"), current_version(path)
    assert version is not None
    entry = Entry(
        entry=ledger.next_entry(), number=ledger.next_number(), hop="scores", state="done",
        hour=frontier - timedelta(hours=1), range_start=SECOND, range_end=frontier, frontier=frontier,
        attempt="scores", digest="digest", versions={"gold.predictions": version},
    )  # fmt: skip
    append_entry(world.settings, "trains", ledger, entry)


def test_while_nothing_serves_there_is_no_trial(world: World) -> None:
    assert refused(world, 1) == (
        "model 1 of trains cannot be put on trial: nothing serves that it could be compared with\n"
        "  where: trains_ops.releases\n"
        "  left behind: no trial began; the aliases in MLflow are as they were\n"
        "  next: let the first model prove itself: trigger the DAG trains_learn"
    )
    assert world.promote(1) == "promote"
    assert "it serves already" in refused(world, 1)
    assert look(world.spark, world.settings, world.loaded) is None


def test_a_trial_is_on_record_once_and_under_the_alias(world: World) -> None:
    publish_examples(world.spark, world.settings, SECOND)
    world.through("second")
    begun = begin(world, 2)
    assert (begun.decision, begun.version, begun.model, begun.previous_champion) == ("challenge", 2, 2, 1)
    assert (begun.decided_by, begun.why, begun.frontier) == ("anna", "it knows more", SECOND.isoformat())
    assert begun.reasons[0]["said"] == "anna put model 2 on trial against version 1: it knows more"
    assert (under_alias(), world.champion()) == (2, 1)
    assert begin(world, 2) == begun
    assert reconcile(world.spark, world.settings, world.loaded) == []
    history = releases(world.settings, "trains")
    assert (len(history), on_trial(history)) == (2, begun)


def test_without_complete_days_the_trial_goes_on(world: World) -> None:
    with pytest.raises(Undecided) as undecided:
        world.promote(2)
    assert str(undecided.value) == (
        "the trial of version 2 goes on: 0 complete days, 3 needed; 0 rows scored by both, 300 needed; "
        "evidence 1.00 that log loss is lower, 3 needed\n"
        "  where: trains_ops.releases, release 2\n"
        "  left behind: the version on trial, the alias champion as it was\n"
        "  next: Nothing: the learning DAG looks at the trial each time, and has it decided"
    )
    assert world.champion() == 1


def test_two_are_not_on_trial_at_a_time(world: World) -> None:
    publish_examples(world.spark, world.settings, THIRD)
    world.through("third")
    assert refused(world, 3).splitlines()[0] == (
        "model 3 of trains cannot be put on trial: model 2 is on trial since 2013-01-10 06:00"
    )


def test_enough_evidence_promotes_the_challenger_with_its_reasons(world: World) -> None:
    publish_predictions(world, THIRD, model=2)
    found = look(world.spark, world.settings, world.loaded)
    assert found is not None
    assert (found["outcome"], found["version"], found["release"]) == ("promote", 2, 2)
    assert [day["day"] for day in found["days"]] == [f"2013-01-{day}" for day in (11, 12, 13, 14)]
    assert last_look(world.settings, "trains", 2) == found
    assert world.promote(2) == "promote"
    assert (world.champion(), under_alias()) == (2, None)
    release = releases(world.settings, "trains")[-1]
    assert [reason["check"] for reason in release.reasons] == [
        "days",
        "rows",
        "evidence",
        "log loss",
        "AUC",
        "slices",
    ]
    assert (release.evaluation["track"], len(release.evaluation["days"])) == ("challenge", 4)
    assert world.promote(2) == "promote"
    assert on_trial(releases(world.settings, "trains")) is None


def test_an_alias_set_by_hand_begins_a_trial_and_taken_away_ends_it(world: World) -> None:
    client = open_client()
    client.set_registered_model_alias("trains", "challenger", "1")
    assert reconcile(world.spark, world.settings, world.loaded) == [
        "the alias challenger was set in MLflow to version 1: its trial began, on record as release 4"
    ]
    client.delete_registered_model_alias("trains", "challenger")
    assert reconcile(world.spark, world.settings, world.loaded) == [
        "the alias challenger was taken from version 1 in MLflow; its trial is over, on record as release 5"
    ]
    assert reconcile(world.spark, world.settings, world.loaded) == []
    begun, ended = releases(world.settings, "trains")[-2:]
    assert (begun.decision, begun.decided_by) == ("challenge", "somebody in MLflow")
    assert (ended.decision, ended.version, ended.decided_by) == ("hold", 1, "somebody in MLflow")


def test_more_trials_than_the_spec_allows_are_refused_by_command_and_by_hand(world: World) -> None:
    said = (
        "model 3 of trains cannot be put on trial: 2 trials began in the last 500h of data, and at most 2 "
        "may: with more, one would win by chance"
    )
    assert refused(world, 3).splitlines()[0] == said
    assert refused(world, 3).splitlines()[-1] == (
        "  next: the same again when the data have reached 2013-01-31 02:00"
    )
    open_client().set_registered_model_alias("trains", "challenger", "3")
    assert reconcile(world.spark, world.settings, world.loaded) == [
        f"the alias challenger was set in MLflow, and taken away again: {said}"
    ]
    assert under_alias() is None


def test_a_candidate_of_another_recipe_meets_no_refresh_guards(world: World) -> None:
    model = SPEC["model"]
    assert isinstance(model, Model)
    other = model.model_copy(update={"parameters": {"trees": 8, "depth": 4}})
    plain = world.loaded
    world.loaded = loaded_pipeline(plain.folder, promotion=PROMOTION, model=other)
    publish_examples(world.spark, world.settings, THIRD + timedelta(hours=1))
    assert world.through("fourth")["model"] == 4
    assert world.promote(4) == "hold"
    said = releases(world.settings, "trains")[-1].reasons[0]["said"]
    assert said.startswith(
        "it is of another recipe than the champion; model 4 of trains cannot be put on trial: 2 trials"
    )
    free = PROMOTION.model_copy(update={"challenge": Challenge()})
    world.loaded = loaded_pipeline(plain.folder, promotion=free, model=other)
    publish_examples(world.spark, world.settings, THIRD + timedelta(hours=2))
    assert world.through("fifth")["model"] == 5
    assert world.promote(5) == "challenge"
    assert (under_alias(), world.champion()) == (5, 2)
    assert breaks(releases(world.settings, "trains")) == []


def test_a_trial_goes_on_with_the_version_that_shows_its_model_now(world: World) -> None:
    """The version that it began with was deleted in MLflow."""
    open_client().delete_model_version("trains", "5")
    reconcile(world.spark, world.settings, world.loaded)
    assert under_alias() == 6
    found = look(world.spark, world.settings, world.loaded)
    assert found is not None
    assert (found["outcome"], found["model"], found["version"]) == ("wait", 5, 6)


def test_trials_count_on_the_clock_of_the_data() -> None:
    start = datetime(2013, 2, 1, tzinfo=UTC)
    rows = [
        Release(number + 1, "challenge", 1, 1, 2, [], frontier=(start + timedelta(hours=h)).isoformat())
        for number, h in enumerate([0, 1, 500])
    ]
    lately = began_within(rows, start + timedelta(hours=500), timedelta(hours=500))
    assert [row.release for row in lately] == [2, 3]
    assert pd.Timestamp(lately[0].frontier) == pd.Timestamp("2013-02-01T01:00Z")
