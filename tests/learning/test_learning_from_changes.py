"""Learning from net changes: the same trees, node for node, as learning from all rows that are left."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterator

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from headgate.lake.paths import table_path
from headgate.learning import fit_candidate
from headgate.learning.learn import NOTHING_CHANGED
from headgate.learning.node_rows import content_digest
from headgate.releases.model_headers import headers
from headgate.releases.model_log import nodes_of
from headgate.spec.pipeline import Audit, Feature
from headgate.spec.settings import Settings
from tests.learning.changing_world import RING, ChangingWorld
from tests.learning.learning_world import HOUR, examples_until

HOURLY = Audit(every=HOUR, max_auc_gap=0.9, max_log_loss_gap=9)


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChangingWorld]:
    """Ten days of examples, and a first model."""
    world = ChangingWorld(spark, Settings(home=tmp_path_factory.mktemp("ring")))
    world.publish(examples_until(world.frontier))
    world.learn()
    world.record()
    yield world


def same_as_from_all_rows(world: ChangingWorld, model: int) -> None:
    """The model in the log is, node for node, the one that a world without a parent would learn."""
    world.learn()
    fresh, kept = world.staged, nodes_of(world.settings, "trains", model)
    assert content_digest(kept) == content_digest(fresh)
    pd.testing.assert_frame_equal(kept, fresh)


def test_the_first_model_is_learned_from_all_rows(world: ChangingWorld) -> None:
    header = headers(world.settings, "trains")[0]
    told = header["learned"]
    assert (told["from"], told["because"], told["changes"]) == ("all rows", "there is no model yet", None)
    assert (told["groups"], told["groups_fitted"], told["rows_read"]) == (4, 4, 5 * 24 * 20 - 40)
    assert header["training"]["rows"] == 5 * 24 * 20 - 40
    assert sum(group["rows"] for group in header["groups"]) == 2 * header["training"]["rows"]
    assert [group["model"] for group in header["groups"]] == [None] * 4


def test_an_hour_that_comes_and_one_that_leaves_concern_two_groups(world: ChangingWorld) -> None:
    world.frontier += HOUR
    world.publish(examples_until(world.frontier))
    header = world.learn_on()
    told = header["learned"]
    assert (told["from"], told["because"]) == ("changes", "model 1 knows the rest")
    assert told["changes"] == {"inserted": 20, "updated": 0, "deleted": 20, "days": 2}
    assert (told["groups"], told["groups_fitted"]) == (4, 2)
    assert told["rows_read"] < header["training"]["rows"] == 5 * 24 * 20 - 40
    assert sorted(group["model"] is None for group in header["groups"]) == [False, False, True, True]
    same_as_from_all_rows(world, 2)


def test_groups_that_were_kept_are_stored_once(world: ChangingWorld) -> None:
    files = world.spark.read.format("delta").load(table_path(world.settings.lake, "trains", "ops.models"))
    stored = files.where("kind = 'node'").select("model", "digest").distinct().collect()
    assert len([row for row in stored if row["model"] == 1]) == 4
    assert len([row for row in stored if row["model"] == 2]) == 2


def test_a_night_without_rows_makes_no_candidate(world: ChangingWorld) -> None:
    """The next hour would bring the rows of 95 hours ago and let go of those of 215 hours ago."""
    night = (world.frontier - 95 * HOUR, world.frontier - 215 * HOUR)
    world.publish([row for row in world.rows.values() if row[1] not in night])
    header = world.learn_on()
    assert header["learned"]["changes"] == {"inserted": 0, "updated": 0, "deleted": 20, "days": 1}
    same_as_from_all_rows(world, header["model"])
    world.frontier += HOUR
    manifest = world.learn(world.newest())
    assert manifest == {"changed": False, "model": header["model"], "why": NOTHING_CHANGED}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_inserts_updates_and_deletes_the_trees_are_those_of_what_is_left(
    world: ChangingWorld, seed: int
) -> None:
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 3)):
        world.frontier += dice.choice([0, 1, 7]) * HOUR
        come = {str(row[0]): row for row in examples_until(world.frontier)}
        state = {name: world.rows.get(name, row) for name, row in come.items()}
        for name in dice.sample(sorted(state), dice.randint(1, 30)):
            if dice.random() < 0.4:
                del state[name]
            else:
                flight, as_of, carrier, hour, _, late, known_at = state[name]
                state[name] = (flight, as_of, carrier, hour, dice.choice([None, -3.0, 12.5]), late, known_at)
        world.publish(list(state.values()))
    header = world.learn_on()
    assert header["learned"]["from"] == "changes"
    same_as_from_all_rows(world, header["model"])


def test_a_group_with_too_few_rows_has_no_trees(world: ChangingWorld) -> None:
    state = [row for row in world.rows.values() if str(row[1])[:10] not in ("2013-01-03", "2013-01-04")]
    world.publish(state)
    header = world.learn_on()
    empty = [group for group in header["groups"] if group["first_tree"] is None]
    assert empty and all(group["rows"] < 700 for group in empty)
    assert nodes_of(world.settings, "trains", header["model"])["tree"].nunique() == 2 * (4 - len(empty))
    same_as_from_all_rows(world, header["model"])


def test_another_recipe_or_spark_is_learned_from_all_rows(world: ChangingWorld) -> None:
    fewer = RING.model_copy(update={"features": {"delay": Feature()}})
    newest = world.newest()
    world.frontier += HOUR
    world.model = fewer
    told = world.learn(newest)["header"]["learned"]
    world.model = RING
    number = newest.header["model"]
    assert (told["from"], told["because"]) == ("all rows", f"the recipe is not that of model {number}")
    older = dataclasses.replace(newest, header={**newest.header, "spark": "4.1.0"})
    told = world.learn(older)["header"]["learned"]
    assert (told["from"], told["because"]) == ("all rows", f"model {number} was fitted by Spark 4.1.0")


def test_an_audit_beyond_its_bounds_makes_the_plain_forest_the_candidate(
    world: ChangingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.model = RING.model_copy(update={"audit": HOURLY})
    world.frontier += HOUR
    newest = world.newest()
    header = world.learn(newest)["header"]
    assert header["audited"] == world.frontier.isoformat()
    assert header["audit"]["beyond_bounds"] is False
    assert header["audit"]["rows"] == header["evaluation"]["rows"]
    assert set(header["audit"]["auc_gap"]) == {"mean", "low", "high", "blocks"}
    assert header["learned"]["from"] == "changes"
    monkeypatch.setattr(fit_candidate, "judge", lambda *_: {"rows": 9, "beyond_bounds": True})
    header = world.learn(newest)["header"]
    assert "groups" not in header
    assert header["learned"]["from"] == "all rows"
    assert header["learned"]["because"] == "the audit found a gap beyond the bounds of the spec"
    assert world.staged["tree"].nunique() == 8

    plain = world.record()
    world.model = RING.model_copy(update={"audit": HOURLY.model_copy(update={"every": 24 * HOUR})})
    world.frontier += HOUR
    header = world.learn(world.newest())["header"]
    assert (len(header["groups"]), "audit" in header) == (4, False)
    assert header["learned"]["because"] == f"model {plain['model']} was fitted as a whole"
