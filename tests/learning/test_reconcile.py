"""MLflow is repaired from the logs: after a kill at any step, and after changes by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyspark.sql import SparkSession

from headgate.releases import carry_out, judge, projection, reconcile
from headgate.releases.candidate import learn_candidate
from headgate.releases.evaluation import evaluation
from headgate.releases.model_headers import headers
from headgate.releases.model_log import record
from headgate.releases.registry import open_client
from headgate.releases.release_chain import breaks
from headgate.releases.release_rows import releases
from tests.learning.trains_world import World, new_world

MUTATING = ("create_", "log_", "set_", "delete_", "restore_")
WHOLE = {
    "models": 1, "model commits": 1, "releases": 0, "runs": 1, "logged models": 1, "versions": 1,
}  # fmt: skip


class Killed(BaseException):
    """Stands for a process that died."""


class Dying:
    """MLflow's client in a process that dies at its n-th change."""

    def __init__(self, client: Any, left: int) -> None:
        self.client, self.left = client, left

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        return self.dies_at(found) if name.startswith(MUTATING) else found

    def dies_at(self, change: Callable[..., Any]) -> Callable[..., Any]:
        """The change, unless it is the one before which the process dies."""

        def changed(*given: Any, **named: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                raise Killed
            return change(*given, **named)

        return changed


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A first candidate is in the model log, and MLflow knows nothing."""
    with new_world(spark, tmp_path_factory.mktemp("reconcile")) as world:
        learn_candidate(lambda: spark, world.settings, world.loaded, "first")
        record(spark, world.settings, "trains", "first")
        yield world


def repaired(world: World) -> list[str]:
    return reconcile.reconcile(world.spark, world.settings, world.loaded)


def test_a_candidate_is_shown_whole_wherever_the_process_before_died(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (header,) = headers(world.settings, "trains")
    judged = evaluation(world.spark, world.settings, world.loaded, header, None)
    monkeypatch.setattr(judge, "evaluation", lambda *_: judged)
    log_model, log_onnx, deaths = projection._log_model, projection.log_onnx, 0
    for step in range(40):
        dying = Dying(open_client(), step)
        with monkeypatch.context() as patched:
            patched.setattr(reconcile, "open_client", lambda dying=dying: dying)
            patched.setattr(projection, "_log_model", dying.dies_at(log_model))
            patched.setattr(projection, "log_onnx", dying.dies_at(log_onnx))
            try:
                repaired(world)
                break
            except Killed:
                deaths += 1
    assert deaths > 10
    assert world.counts() == WHOLE
    assert (world.settings.reports / "trains/models/1.html").is_file()
    assert repaired(world) == []


def test_a_decision_is_carried_out_wherever_the_process_before_died(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("headgate.releases.promotion.carry_out", Dying(None, 0).dies_at(print))
        world.promote(1)
    client, (release,) = open_client(), releases(world.settings, "trains")
    for step in range(20):
        try:
            carry_out.carry_out(Dying(client, step), "trains", release)
            break
        except Killed:
            repaired(world)
        assert world.champion() == 1
        assert repaired(world) == []
        client.delete_registered_model_alias("trains", "champion")  # as before the decision was carried out
        for tag in ("headgate.decision", "headgate.why", "headgate.release"):
            client.delete_model_version_tag("trains", "1", tag)
    assert step > 4
    assert [row.decision for row in releases(world.settings, "trains")] == ["promote"]


def run_of(version: str) -> str:
    run = open_client().get_model_version("trains", version).run_id
    assert run is not None
    return str(run)


def delete_the_logged_model() -> None:
    client = open_client()
    experiment = client.get_experiment_by_name("trains")
    assert experiment is not None
    (model,) = client.search_logged_models([experiment.experiment_id])
    client.delete_logged_model(model.model_id)


def forget_the_onnx_form() -> None:
    client = open_client()
    experiment = client.get_experiment_by_name("trains")
    assert experiment is not None
    (model,) = client.search_logged_models([experiment.experiment_id])
    client.delete_logged_model_tag(model.model_id, "headgate.onnx")


BY_HAND: dict[str, tuple[Callable[[], object], list[str]]] = {
    "the tag that says which model a version shows": (
        lambda: open_client().set_model_version_tag("trains", "1", "headgate.model", "7"),
        ["version 1 did not say that it shows model 1"],
    ),
    "a decision that nobody made": (
        lambda: open_client().set_model_version_tag("trains", "1", "headgate.decision", "hold"),
        ["version 1 did not say what the release log says: headgate.decision"],
    ),
    "a tag of the run": (
        lambda: open_client().set_tag(run_of("1"), "headgate.pin.gold.examples", "9"),
        ["tags of the run of model 1 were changed: headgate.pin.gold.examples"],
    ),
    "a deleted run": (
        lambda: open_client().delete_run(run_of("1")),
        ["the run of model 1 was deleted, and is back"],
    ),
    "the challenger": (
        lambda: open_client().set_registered_model_alias("trains", "challenger", "1"),
        [
            "the alias challenger was set in MLflow, and taken away again: model 1 of trains cannot be put "
            "on trial: it serves already"
        ],
    ),
    "a deleted logged model": (
        delete_the_logged_model,
        ["model 1 is shown as version 1, with its run"],
    ),
    "a logged model without its ONNX form, as an earlier Headgate left it": (
        forget_the_onnx_form,
        ["model 1 is shown as version 1, with its run"],
    ),
    "the champion's alias": (
        lambda: open_client().delete_registered_model_alias("trains", "champion"),
        [
            "the alias champion was moved in MLflow from version 1 to nothing; it is honoured and recorded "
            "as release 2"
        ],
    ),
    "the champion's alias, put back": (
        lambda: open_client().set_registered_model_alias("trains", "champion", "1"),
        [
            "the alias champion was moved in MLflow from nothing to version 1; it is honoured and recorded "
            "as release 3"
        ],
    ),
    "the champion's version": (
        lambda: open_client().delete_model_version("trains", "1"),
        [
            "model 1 is shown as version 2, with its run",
            "version 2 did not say what the release log says: headgate.decision, headgate.release, "
            "headgate.why",
            "version 1 was deleted in MLflow while it served; version 2 shows its model now and serves, on "
            "record as release 4",
        ],
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_changed_by_hand_is_repaired_or_recorded(world: World, name: str) -> None:
    change, expected = BY_HAND[name]
    change()
    assert repaired(world) == expected
    assert repaired(world) == []


def test_after_all_that_the_record_holds_and_the_model_serves(world: World) -> None:
    history = releases(world.settings, "trains")
    told = [(row.decision, row.version, row.model) for row in history]
    assert told == [("promote", 1, 1), ("by_hand", None, None), ("by_hand", 1, 1), ("repair", 2, 1)]
    assert breaks(history) == []
    assert world.champion() == 2
    tags = open_client().get_registered_model("trains").tags
    assert tags["headgate.release_log"] == f"4 {history[-1].hash}"
    assert world.promote(2) == "promote"
    assert len(releases(world.settings, "trains")) == 4


def test_a_registered_model_that_was_deleted_comes_back_with_its_numbers(world: World) -> None:
    history = releases(world.settings, "trains")
    open_client().delete_registered_model("trains")
    assert world.champion() is None
    assert repaired(world) == [
        "the registered model trains was deleted in MLflow: 1 of its versions are registered again, under "
        "the numbers that the release log knows, with its aliases"
    ]
    assert repaired(world) == []
    assert world.champion() == 2
    tags = open_client().get_model_version("trains", "2").tags
    assert (tags["headgate.model"], tags["headgate.release"]) == ("1", "4")
    assert releases(world.settings, "trains") == history
    assert world.promote(2) == "promote"
