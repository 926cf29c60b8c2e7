"""The hop `scores`, hour by hour on one lake: what is published, once, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops import finish
from headgate.hops.as_of import as_of
from headgate.hops.catalog import register
from headgate.hops.run_range import run_range
from headgate.monitoring.live_figures import register_live_figures
from headgate.serving.live_models import NothingToScore
from headgate.spec.load import load_pipeline
from tests.learning.scored_world import FILES, FIRST, HOUR, Row, ScoredWorld
from tests.unit.spec_folders import write_files

SAID = "SELECT ride, role, model, version, probability, scored_at FROM rides_gold.predictions"


def at(hours: int) -> datetime:
    """A moment after FIRST."""
    return FIRST + hours * HOUR


def ride(
    name: str, hours: int, delay: float | None = 5.0, late: int | None = None, known: int | None = None
) -> Row:
    """An example with as-of `hours` after FIRST, its label known `known` hours after FIRST."""
    return (name, at(hours), "north", delay, late, None if known is None else at(known))


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScoredWorld]:
    """Model 1 is champion: it says 0.25 up to delay 0 and where that is missing, else 0.75."""
    world = ScoredWorld(spark, tmp_path_factory.mktemp("scored"))
    world.hour(FIRST, [ride("a", 0)])
    world.model(1, low=(3.0, 1.0), high=(1.0, 3.0))
    world.release(FIRST, version=1, model=1)
    yield world
    for database in ("rides_gold", "rides_ops"):
        spark.sql(f"DROP DATABASE IF EXISTS {database} CASCADE")


def said_of(world: ScoredWorld, hours: int) -> list[tuple[object, ...]]:
    """What is published of the examples with this as-of."""
    return world.rows(f"{SAID} WHERE as_of = TIMESTAMP '{at(hours):%Y-%m-%d %H:%M:%S}' ORDER BY ride, role")


def test_before_the_first_score_there_are_names_and_no_rows(world: ScoredWorld) -> None:
    register(world.spark, world.settings, world.loaded, world.ledger().versions())
    assert world.rows(SAID) == world.rows("SELECT * FROM rides_gold.outcomes") == []


def test_each_example_of_the_hour_gets_what_the_champion_says(world: ScoredWorld) -> None:
    world.hour(at(1), [ride("b", 1), ride("c", 1, delay=-2.0), ride("d", 1, delay=None)])
    entry = world.score(at(1), "once")
    assert (entry.hop, entry.hour, entry.range_start, entry.range_end) == ("scores", FIRST, FIRST, at(1))
    assert world.rows(f"{SAID} ORDER BY ride") == [
        ("b", "champion", 1, 1, 0.75, at(1)),
        ("c", "champion", 1, 1, 0.25, at(1)),
        ("d", "champion", 1, 1, 0.25, at(1)),
    ]
    assert world.ledger().frontier() == at(1)
    assert "gold.predictions" in (world.settings.reports / entry.report).read_text()


def test_a_repeat_adds_nothing_and_what_was_said_stays_whatever_is_derived_again(world: ScoredWorld) -> None:
    assert world.publish("once").attempt == "once"
    world.hour(at(1), [ride("b", 1, delay=-5.0), ride("new", 1)])
    with pytest.raises(NothingToScore):
        world.stage(at(1), "again")
    assert [row[0] for row in said_of(world, 1)] == ["b", "c", "d"]
    assert said_of(world, 1)[0] == ("b", "champion", 1, 1, 0.75, at(1))


def test_the_model_of_a_batch_is_chosen_when_it_is_staged(world: ScoredWorld) -> None:
    world.hour(at(2), [ride("e", 2), ride("f", 2)])
    manifest = world.stage(at(2), "slow")
    assert manifest.scored_by == [{"role": "champion", "model": 1, "version": 1}]
    world.model(2, low=(1.0, 1.0), high=(0.0, 0.0))
    world.release(at(1), version=2, model=2)
    world.gate("slow")
    world.publish("slow")
    assert said_of(world, 2) == [
        ("e", "champion", 1, 1, 0.75, at(2)),
        ("f", "champion", 1, 1, 0.75, at(2)),
    ]


def test_a_score_that_is_no_number_closes_a_gate_that_holds_nothing_back(world: ScoredWorld) -> None:
    world.hour(at(3), [ride("g", 3), ride("h", 3, delay=-1.0)])
    world.stage(at(3), "no number")
    with pytest.raises(GateClosed):
        world.gate("no number")
    ledger = world.ledger()
    assert ledger.closed_gates() == []
    assert [(gate.hop, gate.hour) for gate in ledger.shut_gates()] == [("scores", at(2))]
    assert run_range(ledger, "bronze", at(3)).hours.start == at(3)


def test_the_next_run_scores_what_was_missed_and_says_when(world: ScoredWorld) -> None:
    world.release(at(3), version=1, model=1, decision="rollback")
    world.hour(at(5), [ride("g", 3, late=1, known=5), ride("i", 5)], hours=2)
    world.score(at(5))
    assert world.ledger().shut_gates() == []
    assert said_of(world, 3) == [
        ("g", "champion", 1, 1, 0.75, at(5)),
        ("h", "champion", 1, 1, 0.25, at(5)),
    ]
    register(world.spark, world.settings, world.loaded, world.ledger().versions())
    found = world.rows("SELECT ride, late, in_time FROM rides_gold.outcomes WHERE version = 1 AND ride > 'f'")
    assert sorted(found) == [("g", 1, False), ("h", None, True), ("i", None, True)]


def test_a_publish_that_was_killed_is_finished_once(
    world: ScoredWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    world.hour(at(6), [ride("j", 6)])
    world.stage(at(6), "killed")
    world.gate("killed")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(finish, "append_statistics", killed)
        world.publish("killed")
    world.hour(at(7), [])
    assert world.score(at(7)).range_start == at(6)
    assert [row[0] for row in said_of(world, 6)] == ["j"]
    assert world.ledger().scored_until() == at(7)


def test_labels_meet_the_prediction_that_was_live_and_an_hour_is_read_back_with_its_scores(
    world: ScoredWorld,
) -> None:
    world.hour(at(8), [ride("k", 8)])
    world.score(at(8))
    world.hour(at(12), [ride("k", 8, delay=-9.0, late=0, known=12)], hours=4)
    register(world.spark, world.settings, world.loaded, world.ledger().versions())
    asked = "SELECT ride, probability, late, in_time FROM rides_gold.outcomes WHERE ride = 'k'"
    assert world.rows(asked) == [("k", 0.75, 0, True)]
    then = as_of(world.spark, world.settings, "rides", f"{at(7):%Y-%m-%dT%H}")
    assert then.published.hop == "scores"
    assert [tuple(row) for row in then.sql(asked).collect()] == [("k", 0.75, None, True)]


def test_a_model_on_trial_scores_beside_the_champion_from_the_start_of_its_trial(world: ScoredWorld) -> None:
    world.model(3, low=(0.0, 1.0), high=(1.0, 1.0))
    world.release(at(13), version=3, model=3, decision="challenge")
    world.hour(at(14), [ride("l", 13), ride("m", 14, delay=-2.0)], hours=2)
    manifest = world.stage(at(14), "on trial")
    assert [one["role"] for one in manifest.scored_by] == ["champion", "challenger"]
    world.gate("on trial")
    world.publish("on trial")
    assert said_of(world, 13) == [("l", "champion", 1, 1, 0.75, at(14))]
    assert said_of(world, 14) == [
        ("m", "challenger", 3, 3, 1.0, at(14)),
        ("m", "champion", 1, 1, 0.25, at(14)),
    ]
    world.release(at(14), version=3, model=3, decision="hold")
    world.hour(at(15), [ride("n", 15)])
    world.score(at(15))
    assert said_of(world, 15) == [("n", "champion", 1, 1, 0.75, at(15))]


def test_a_champion_is_not_served_without_one_of_its_inputs(world: ScoredWorld) -> None:
    for file, line in (
        ("pipelines/rides/pipeline.yaml", "    delay: {}\n"),
        ("expectations/rides/gold.examples.yaml", "  delay: {type: double}\n"),
    ):
        path = world.settings.pipelines.parent / file
        path.write_text(path.read_text().replace(line, ""))
    load_pipeline(world.settings, "rides")
    world.hour(at(16), [])
    with pytest.raises(NothingToScore) as refused:
        world.stage(at(16), "in vain")
    assert str(refused.value) == (
        "This hour of rides is not scored: "
        "champion model 1 needs delay, and examples have none any more.\n"
        "  where: rides_gold.predictions\n"
        "  left behind: The hour is done all the same; no prediction was added or changed.\n"
        "  next: Nothing: the next model goes without and is judged as a refresh is, since nothing would "
        "score beside it in a trial; or give the column back to be served until then."
    )


def test_the_contract_follows_from_the_examples_and_is_no_part_of_the_spec(world: ScoredWorld) -> None:
    contract = world.loaded.contracts["gold.predictions"]
    assert contract.key == ["ride", "as_of", "role"]
    assert " ".join(contract.columns) == "ride as_of role model version probability scored_at"
    assert {column.on_fail for column in contract.columns.values()} == {"close"}
    assert "gold.predictions" not in world.loaded.document.text


def test_outcomes_come_with_the_publish_that_brings_their_label(world: ScoredWorld, tmp_path: Path) -> None:
    """An engine that starts in between names all else."""
    spec, contract = "pipelines/rides/pipeline.yaml", "expectations/rides/gold.examples.yaml"
    renamed = {
        spec: FILES[spec].replace("label: late", "label: delayed"),
        contract: FILES[contract].replace("late: {type", "delayed: {type"),
    }
    loaded = load_pipeline(write_files(tmp_path, FILES | renamed), "rides")
    spark, versions = world.spark, world.ledger().versions()
    spark.sql("DROP DATABASE rides_gold CASCADE")
    register(spark, world.settings, loaded, versions)
    register_live_figures(spark, [(loaded, world.ledger())])
    assert not spark.catalog.tableExists("rides_gold.outcomes")
    assert not spark.table("rides_gold.predictions").isEmpty()
    register(spark, world.settings, world.loaded, versions)
    assert "late" in spark.table("rides_gold.outcomes").columns
