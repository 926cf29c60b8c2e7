"""Silver and gold converge: drawn histories in drawn orders of runs, against a replay in plain Python."""

from __future__ import annotations

from random import Random

import pytest
from pyspark.sql import SparkSession

from tests.proofs.story_of_orders import differences, drawn_story


@pytest.mark.parametrize("seed", [15])  # with a second load in place of the first
def test_every_order_of_runs_gives_what_the_replay_gives(spark: SparkSession, seed: int) -> None:
    assert differences(spark, drawn_story(Random(seed))) == []
