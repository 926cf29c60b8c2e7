"""Reproducing a recorded model: from its pins alone, whatever changed since, with a clear result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from headgate.cli.job_outcome import read_outcome
from headgate.cli.reproduce import NotReproduced, outcome_of, result_lines
from headgate.releases import reproduce as reproducing
from headgate.releases.model_headers import header_of
from headgate.releases.reproduce import run_reproduction
from headgate.spec.settings import Settings
from tests.learning.changing_world import PLAIN, ChangingWorld
from tests.learning.learning_world import HOUR, examples_until, loaded_pipeline


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChangingWorld]:
    """A model, a second one that learned an hour's changes, and examples that have changed since."""
    world = ChangingWorld(spark, Settings(home=tmp_path_factory.mktemp("reproduce")))
    world.publish(examples_until(world.frontier))
    world.learn()
    world.record()
    world.frontier += HOUR
    world.publish(examples_until(world.frontier))
    world.learn_on()
    world.publish(examples_until(world.frontier)[:1000])
    yield world


def run(world: ChangingWorld, number: int, folder: Path) -> tuple[int, dict[str, Any]]:
    """The exit code and the outcome; the present spec has another recipe."""
    loaded = loaded_pipeline(world.settings.home, model=PLAIN)
    code = run_reproduction(world.spark, world.settings, loaded, number, folder)
    return code, json.loads((folder / "outcome.json").read_text())


def test_a_model_that_was_updated_is_reproduced_from_its_pins(world: ChangingWorld, tmp_path: Path) -> None:
    assert header_of(world.settings, "trains", 2)["learned"]["from"] == "changes"
    code, found = run(world, 2, tmp_path)
    assert (code, found["same"], found["gap"]) == (0, True, 0.0)
    assert (found["trees"], found["same_trees"]) == (8, 8)
    assert found["rows"] == found["recorded_rows"] == 5 * 24 * 20 - 40
    assert list(result_lines(found)) == [
        "2,360 rows to learn from, 2,360 on record",
        "8 of 8 trees identical, node for node",
        "Probabilities differ by at most 0",
        "Reproduced",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["outcome.json"]


def test_what_is_not_the_record_is_not_reproduced(
    world: ChangingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = {**header_of(world.settings, "trains", 2), "seed": 8, "spark": "4.1.0"}
    monkeypatch.setattr(reproducing, "header_of", lambda *_: forged)
    code, found = run(world, 2, tmp_path)
    assert (code, found["same"]) == (1, False)
    assert found["same_trees"] == 0
    assert found["gap"] > 0
    assert list(result_lines(found))[-2:] == [
        f"The record was fitted by Spark 4.1.0, this by Spark {found['spark'][1]}",
        "Not reproduced",
    ]


def test_pins_that_are_gone(world: ChangingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = {**header_of(world.settings, "trains", 2), "pins": {"gold.examples": 99}}
    monkeypatch.setattr(reproducing, "header_of", lambda *_: lost)
    code, found = run(world, 2, tmp_path)
    assert code == 1
    what, where, left, next_command = found["refused"]
    assert what.startswith("model 2 of trains learned from version 99 of the examples, which is gone: DELTA_")
    assert (where, left) == ("trains_gold.examples", "nothing was changed")
    assert next_command == "./headgate query 'DESCRIBE HISTORY trains_gold.examples'"
    with pytest.raises(NotReproduced, match="version 99 of the examples, which is gone"):
        outcome_of(read_outcome(tmp_path / "outcome.json", code, tmp_path / "log"))


def test_a_job_that_failed_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("java.lang.OutOfMemoryError")
    with pytest.raises(NotReproduced) as caught:
        outcome_of(read_outcome(tmp_path / "outcome.json", 52, tmp_path / "log"))
    assert str(caught.value) == (
        "the job ended with exit code 52; the last lines of its log:\njava.lang.OutOfMemoryError\n"
        f"  where: {tmp_path / 'log'}\n"
        "  left behind: nothing was changed\n"
        "  next: ./headgate doctor, then the same again"
    )


def test_other_algorithms_have_a_tolerance() -> None:
    found = {
        "rows": 5, "recorded_rows": 5, "trees": 0, "same_trees": 0, "gap": 2e-12, "tolerance": 1e-9,
        "spark": ["4.2.0", "4.2.0"], "same": True,
    }  # fmt: skip
    assert list(result_lines(found)) == [
        "5 rows to learn from, 5 on record",
        "Probabilities differ by at most 2e-12; at most 1e-09 is allowed",
        "Reproduced",
    ]
