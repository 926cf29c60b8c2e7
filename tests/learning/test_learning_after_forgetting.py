"""After a subject was forgotten the trees are, node for node, those of a world that never knew it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from headgate.forgetting.purge_tables import purge_tables, rewrite_tables
from headgate.hops.ledger import Ledger
from headgate.learning.node_rows import content_digest
from headgate.releases.model_log import nodes_of
from headgate.spec.settings import Settings
from tests.learning.changing_world import ChangingWorld
from tests.learning.learning_world import examples_until


@pytest.mark.parametrize("seed", [1])
def test_the_next_model_has_the_trees_of_a_world_without_the_subject(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Some trains are forgotten: what others had from them changes, and no history is left."""
    dice = random.Random(seed)
    world = ChangingWorld(spark, Settings(home=tmp_path_factory.mktemp("with")))
    world.publish(examples_until(world.frontier))
    world.learn()
    first = world.record()
    subject = set(dice.sample(sorted(world.rows), dice.randint(1, 20)))
    carrier = dice.choice("ABC")
    left = [
        (*row[:4], 0.5, *row[5:]) if row[2] == carrier and dice.random() < 0.1 else row
        for name, row in world.rows.items()
        if name not in subject
    ]
    world.publish(left)
    ledger = Ledger(world.settings, "trains", "gold")
    rewrite_tables(spark, world.settings, "trains", ledger, cast(Any, SimpleNamespace(number=1)))
    purge_tables(spark, world.settings, "trains", ledger, datetime.now(UTC))
    header = world.learn_on()
    version = first["pins"]["gold.examples"]
    assert header["learned"]["from"] == "all rows"
    assert header["learned"]["because"].startswith(f"the changes since version {version} cannot be read: ")

    without = ChangingWorld(spark, Settings(home=tmp_path_factory.mktemp("without")))
    without.publish(left)
    without.learn()
    trees = nodes_of(world.settings, "trains", header["model"])
    assert content_digest(trees) == content_digest(without.staged)
    pd.testing.assert_frame_equal(trees, without.staged)
    assert content_digest(trees) != content_digest(nodes_of(world.settings, "trains", first["model"]))
