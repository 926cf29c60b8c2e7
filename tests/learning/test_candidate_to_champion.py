"""From published examples to a champion and its successor: learn, record, evaluate, promote, each twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.learning.candidate_folder import CandidateFolder
from headgate.releases import carry_out
from headgate.releases.candidate import learn_candidate
from headgate.releases.model_headers import headers
from headgate.releases.model_log import nodes_of
from headgate.releases.registry import open_client, version_of_model
from headgate.releases.release_chain import breaks
from headgate.releases.release_rows import releases
from headgate.releases.rollback import NoWayBack
from tests.learning.learning_world import publish_examples
from tests.learning.trains_world import World, new_world

SECOND = datetime(2013, 1, 10, 6, tzinfo=UTC)


def evaluation_of(model: int) -> dict[str, Any]:
    """What MLflow keeps of a model's evaluation."""
    client = open_client()
    version = version_of_model(client, "trains", model)
    assert version is not None and version.run_id is not None
    path = client.download_artifacts(version.run_id, "evaluation.json")
    found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A lake with ten days of examples whose first candidate is recorded and evaluated, not yet decided."""
    with new_world(spark, tmp_path_factory.mktemp("learning")) as world:
        world.through("first")
        yield world


def test_every_step_of_the_first_candidate_can_be_repeated(world: World) -> None:
    before = world.counts()
    assert before == {
        "models": 1, "model commits": 1, "releases": 0, "runs": 1, "logged models": 1, "versions": 1,
    }  # fmt: skip
    assert world.through("first")["version"] == 1
    assert world.through("the same hour again")["model"] == 1
    assert world.counts() == before
    folder = CandidateFolder(world.settings, "trains", "the same hour again")
    assert folder.read("manifest.json") == {"changed": False, "model": 1}


def test_the_header_says_what_the_model_was_learned_from(world: World) -> None:
    header = headers(world.settings, "trains")[0]
    assert header["pins"] == {"gold.examples": 0}
    assert header["frontier"] == "2013-01-10T00:00:00+00:00"
    assert header["parent"] is None
    assert header["track"] == "first"
    assert header["training"]["start"] == "2013-01-01T00:00:00+00:00"
    assert header["training"]["end"] == "2013-01-06T00:00:00+00:00"
    assert header["training"]["rows"] == 5 * 24 * 20 - 40
    assert header["evaluation"] == {
        "start": "2013-01-06T00:00:00+00:00", "end": "2013-01-09T00:00:00+00:00", "rows": 3 * 24 * 20 - 32,
    }  # fmt: skip
    assert header["parameters"]["trees"] == 12
    assert header["features"][0] == {"name": "carrier", "nominal": ["A", "B", "C"]}
    assert nodes_of(world.settings, "trains", 1)["tree"].nunique() == 12


def test_the_run_shows_figures_pins_and_the_evaluation(world: World) -> None:
    client = open_client()
    version = version_of_model(client, "trains", 1)
    assert version is not None and version.run_id is not None
    run = client.get_run(version.run_id)
    assert run.info.run_name == "model-1"
    assert run.data.tags["headgate.pin.gold.examples"] == "0"
    assert run.data.tags["headgate.learned.from"] == "all rows"
    assert run.data.tags["headgate.learned.because"] == "random_forest learns from all rows each time"
    assert run.data.metrics["learned/rows_read"] == 5 * 24 * 20 - 40
    assert run.data.params["trees"] == "12"
    assert run.inputs is not None
    assert [given.dataset.name for given in run.inputs.dataset_inputs] == ["trains_gold.examples"]
    names = {artifact.path for artifact in client.list_artifacts(version.run_id)}
    assert names >= {
        "roc.png", "precision_recall.png", "calibration.png", "confusion_in_money.png", "importance.png",
        "by_day.png", "slices.png", "evaluation.json", "report.html",
    }  # fmt: skip
    assert set(run.data.metrics) >= {
        "auc",
        "log_loss",
        "base rate/log_loss",
        "carrier x hour/auc",
        "carrier x hour/log_loss_difference_high",
        "carrier x hour/auc_difference_mean",
        "carrier x hour/auc_difference_low",
        "carrier x hour/auc_difference_high",
        "never_act/cost_difference_high",
        "training/rows",
    }


def test_the_evaluation_holds_slices_days_importance_and_what_was_left_out(world: World) -> None:
    evaluation = evaluation_of(1)
    assert evaluation["left_out"] == {
        "judged": {"examples": 3 * 24 * 20, "without_label": 32},
        "training": {"examples": 5 * 24 * 20, "without_label": 40},
    }
    columns = evaluation["slices"]["columns"]
    assert [part["value"] for part in columns["carrier"]] == ["A", "B", "C", "Q"]
    assert [part["value"] for part in columns["delay"]] == ["below 0", "0 and more", None]
    for parts in columns.values():
        assert sum(part["rows"] for part in parts) == evaluation["rows"] == 3 * 24 * 20 - 32
    losses = {name: found["log_loss"] for name, found in evaluation["figures"].items()}
    assert losses["base rate"] < losses["carrier x hour"]
    assert evaluation["slices"]["against"] == "base rate"
    assert columns["carrier"][0]["difference"]["blocks"] == 3
    assert [day["start"][:10] for day in evaluation["by_day"]] == ["2013-01-06", "2013-01-07", "2013-01-08"]
    features = [feature["name"] for feature in evaluation["importance"]["features"]]
    assert features[0] == "delay"
    assert sorted(features) == ["carrier", "delay", "hour"]
    assert evaluation["auc_differences"]["carrier x hour"]["low"] > 0


def test_the_report_is_a_page_beside_those_of_the_gates(world: World) -> None:
    page = world.settings.reports / "trains" / "models" / "1.html"
    text = page.read_text(encoding="utf-8")
    assert "<h1>Model 1 is better than “base rate” and “carrier x hour”</h1>" in text
    assert "Of the 1,440 judged examples 32 (2.2 %) had no label that was known by 2013-01-10 00:00" in text
    client = open_client()
    version = version_of_model(client, "trains", 1)
    assert version is not None and version.run_id is not None
    path = client.download_artifacts(version.run_id, "report.html")
    assert Path(path).read_text(encoding="utf-8") == text
    before = world.counts()
    page.unlink()
    world.through("first")
    assert page.read_text(encoding="utf-8") == text
    page.write_text("half a page")
    world.through("first")
    assert page.read_text(encoding="utf-8") == text
    assert [file.name for file in page.parent.iterdir()] == ["1.html"]
    assert world.counts() == before


def test_the_served_model_scores_as_spark_did_and_holds_no_pickle(world: World, tmp_path: Path) -> None:
    mlflow.set_tracking_uri(open_client().tracking_uri)
    local = mlflow.artifacts.download_artifacts("models:/trains/1", dst_path=str(tmp_path))
    assert not [path for path in Path(local).rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]
    staged = pd.read_parquet(CandidateFolder(world.settings, "trains", "first").predictions)
    served = mlflow.pyfunc.load_model(local).predict(staged[["carrier", "hour", "delay"]])
    assert np.abs(served["probability"] - staged["probability"]).max() <= 1e-12


def test_the_first_candidate_is_promoted_once(world: World) -> None:
    client = open_client()
    assert world.champion() is None
    assert world.promote(1) == "promote"
    assert world.champion() == 1
    release = releases(world.settings, "trains")[0]
    assert (release.release, release.version, release.model, release.previous_champion) == (1, 1, 1, None)
    assert release.pins == {"gold.examples": 0}
    assert release.evaluation["left_out"]["judged"]["without_label"] == 32
    assert {"slices", "by_day", "importance"}.isdisjoint(release.evaluation)
    assert release.gate_reports == {"gold": "trains/gold/2013-01-09T23.html"}
    assert [reason["check"] for reason in release.reasons] == [
        "rows", "champion", "beats base rate", "beats carrier x hour", "calibration",
    ]  # fmt: skip
    tags = client.get_model_version("trains", "1").tags
    assert tags["headgate.decision"] == "promote"
    assert "of base rate" in tags["headgate.why"]
    before = world.counts()
    assert world.promote(1) == "promote"
    assert world.through("first")["version"] == 1
    assert world.counts() == before


def test_a_refreshed_candidate_meets_the_champion_on_the_embargo_cohorts(world: World) -> None:
    publish_examples(world.spark, world.settings, SECOND)
    assert world.through("second")["model"] == 2
    header = headers(world.settings, "trains")[1]
    assert (header["parent"], header["track"]) == (1, "refresh")
    assert header["training"]["end"] == "2013-01-08T06:00:00+00:00"
    evaluation = evaluation_of(2)
    assert evaluation["range"] == {"start": "2013-01-08T06:00:00+00:00", "end": "2013-01-09T06:00:00+00:00"}
    assert evaluation["champion"] == {"version": 1, "model": 1, "trained_until": "2013-01-06T00:00:00+00:00"}
    assert evaluation["blocks"] == "hour"
    assert set(evaluation["auc_differences"]) == {"champion", "base rate", "carrier x hour"}
    assert len(evaluation["by_day"]) == 1
    assert (world.settings.reports / "trains" / "models" / "2.html").is_file()


def test_a_move_by_hand_is_honoured_and_recorded(world: World) -> None:
    client = open_client()
    client.set_registered_model_alias("trains", "champion", "2")
    assert world.promote(2) == "hold"
    assert world.champion() == 2
    by_hand, held = releases(world.settings, "trains")[1:]
    assert (by_hand.decision, by_hand.version, by_hand.previous_champion) == ("by_hand", 2, 1)
    assert by_hand.reasons[0]["said"] == "the alias champion was moved in MLflow from version 1 to version 2"
    assert held.decision == "hold"
    assert client.get_model_version("trains", "2").tags["headgate.why"] == (
        "version 2 serves now, but version 1 did when it was evaluated"
    )
    client.set_registered_model_alias("trains", "champion", "1")
    assert world.promote(1) == "promote"
    assert world.promote(2) == "hold"
    assert world.champion() == 1


def test_a_way_back_moves_the_alias_once_and_is_on_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(carry_out, "champion", interrupted)
        world.roll_back(2, "manual__1")
    assert world.champion() == 1
    by_hand, release = releases(world.settings, "trains")[3:]
    assert (by_hand.decision, by_hand.version, by_hand.decided_by) == ("by_hand", 1, "somebody in MLflow")
    assert (release.decision, release.version, release.back_to) == ("rollback", 2, 2)
    assert (release.decided_by, release.why, release.pins) == (
        "anna",
        "too many alarms",
        {"gold.examples": 1},
    )
    assert release.frontier == "2013-01-10T06:00:00+00:00"
    for _ in range(2):
        assert world.roll_back(2, "manual__1") == release
        assert world.champion() == 2
    assert world.promote(1) == "promote"
    assert world.champion() == 2
    history = releases(world.settings, "trains")
    assert (len(history), breaks(history)) == (5, [])
    client = open_client()
    told = client.get_registered_model("trains").tags["headgate.release_log"]
    assert told == f"5 {history[-1].hash}"
    tags = client.get_model_version("trains", "2").tags
    assert tags["headgate.why"] == "anna went back to the model of release 2: too many alarms"


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("to", "why", "words"),
    [
        (9, "a", "trains has no release 9: its releases are 1 to 5."),
        (3, "a", "Release 3 of trains let nothing serve: hold of version 2."),
        (2, "a", "Version 2 of trains, that of release 2, serves already."),
        (1, " ", "A rollback says who made it, and why."),
    ],
)
def test_a_way_back_that_leads_nowhere_is_refused(world: World, to: int, why: str, words: str) -> None:
    with pytest.raises(NoWayBack) as refused:
        world.roll_back(to, "manual__2", why)
    assert str(refused.value) == (
        f"{words}\n"
        "  where: trains_ops.releases\n"
        "  left behind: The alias champion and all tables are as they were.\n"
        "  next: ./headgate releases list trains"
    )
    assert len(releases(world.settings, "trains")) == 5


def unopened() -> SparkSession:
    """No session is opened where there is nothing to read."""
    raise AssertionError("a session was opened")


def test_the_tables_go_back_with_the_model_and_learning_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("headgate.releases.rollback.append_release", interrupted)
        world.roll_back(1, "manual__3", tables=True)
    assert (world.champion(), len(releases(world.settings, "trains"))) == (2, 5)
    release = world.roll_back(1, "manual__3", tables=True)
    assert (world.champion(), release.tables) == (1, {"gold.examples": 0})
    seen = world.spark.sql("SELECT count(*) AS rows, max(as_of) AS last FROM trains_gold.examples").first()
    assert seen is not None
    assert (seen["rows"], f"{seen['last']:%Y-%m-%d %H:%M}") == (9 * 24 * 20, "2013-01-10 00:00")
    ledger = Ledger(world.settings, "trains", "gold")
    assert [entry.state for entry in ledger.entries()] == ["done", "done", "intent", "rolled_back"]
    with pytest.raises(NoWayBack, match="serves already, and the tables are those of then"):
        world.roll_back(1, "manual__4", tables=True)
    learned = learn_candidate(unopened, world.settings, world.loaded, "third")
    assert learned == {
        "changed": False,
        "model": None,
        "why": "Hours of the examples are to be derived again: the tables are rolled back, to those of "
        "release 1.",
    }


def test_a_model_that_mlflow_no_longer_shows_is_to_be_shown_first(world: World) -> None:
    open_client().delete_model_version("trains", "2")
    with pytest.raises(NoWayBack) as refused:
        world.roll_back(2, "manual__5")
    assert str(refused.value) == (
        "MLflow no longer has a version that shows model 2, that of release 2.\n"
        "  where: MLflow, registered model trains\n"
        "  left behind: The alias champion and all tables are as they were.\n"
        "  next: ./headgate releases reconcile trains, which shows it again; then the same"
    )
