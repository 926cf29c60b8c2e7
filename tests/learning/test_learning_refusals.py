"""What learning, recording, evaluating and promoting refuse, and what they say then."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from headgate.learning.algorithms.algorithm import Fitted
from headgate.learning.candidate_folder import CandidateFolder, StepMissing
from headgate.learning.fit_candidate import ScoresDiffer, check_parity
from headgate.learning.learn import NothingToLearn, Situation, learn
from headgate.learning.node_rows import NODE_TYPES, content_digest, node_table
from headgate.releases import model_log, promotion
from headgate.releases.evaluation import ForeignChampion, known_rival
from headgate.releases.model_headers import UnknownModel, header_of, headers
from headgate.releases.model_log import NotStaged, Outrun, nodes_of, record
from headgate.releases.promotion import NotACandidate, promote
from headgate.releases.registry import NoAddress, Version, champion, open_client
from headgate.releases.release_log import DecidedElsewhere, append_release
from headgate.releases.release_rows import Release, releases, serving
from headgate.spec.settings import Settings
from tests.learning.learning_world import SCHEMA, examples_until, loaded_pipeline

FRONTIER = datetime(2013, 1, 10, tzinfo=UTC)
PUBLISHED = Situation(frontier=FRONTIER, versions={"gold.examples": 0}, parent=None, serving=False)
LEAF = pd.DataFrame([(0, 0, 0.0, 0.0, [3.0, 1.0], 4, -1.0, -1, -1, -1, None, None)], columns=list(NODE_TYPES))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def stage(settings: Settings, attempt: str, digest: str) -> CandidateFolder:
    """A candidate of one leaf, as learning would leave it."""
    folder = CandidateFolder(settings, "trains", attempt)
    folder.clear()
    pq.write_table(node_table(LEAF), folder.nodes)
    header = {"digest": digest, "nodes": {"rows": 1, "digest": content_digest(LEAF)}}
    folder.write("manifest.json", {"changed": True, "header": header})
    return folder


def test_a_pipeline_without_a_model(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(NothingToLearn) as caught:
        learn(lambda: spark, settings, loaded_pipeline(tmp_path, model=None), "attempt", PUBLISHED)
    assert str(caught.value) == (
        "pipeline trains has no model to learn: its spec lacks `model` or `examples`\n"
        "  where: pipeline.yaml\n"
        "  left behind: nothing was fitted\n"
        "  next: add them, then run ./headgate check trains"
    )


def test_examples_that_are_not_published(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    for situation in (
        dataclasses.replace(PUBLISHED, frontier=None),
        dataclasses.replace(PUBLISHED, versions={}),
    ):
        with pytest.raises(NothingToLearn) as caught:
            learn(lambda: spark, settings, loaded_pipeline(tmp_path), "attempt", situation)
        assert str(caught.value) == (
            "pipeline trains has not published any examples yet\n"
            "  where: trains_gold.examples\n"
            "  left behind: nothing was fitted\n"
            "  next: run an hour: ./headgate run trains --from H --to H"
        )


def test_too_early_and_missing_columns(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    early = datetime(2013, 1, 3, tzinfo=UTC)
    path = str(settings.lake / "trains" / "gold" / "examples")
    rows = spark.createDataFrame(examples_until(early), SCHEMA)
    rows.write.format("delta").save(path)
    manifest = learn(
        lambda: spark,
        settings,
        loaded_pipeline(tmp_path),
        "early",
        dataclasses.replace(PUBLISHED, frontier=early),
    )
    assert (manifest["changed"], manifest["model"]) == (False, None)
    assert manifest["why"].splitlines()[0] == (
        "the 0 labelled examples with as-of in (2012-12-25T00:00:00+00:00, 2012-12-30T00:00:00+00:00] "
        "do not hold both labels"
    )
    rows.drop("delay").write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(path)
    late = dataclasses.replace(PUBLISHED, frontier=early, versions={"gold.examples": 1})
    with pytest.raises(NothingToLearn) as caught:
        learn(lambda: spark, settings, loaded_pipeline(tmp_path), "narrow", late)
    assert str(caught.value).splitlines()[0] == "the examples lack the columns delay, which the model needs"
    assert not CandidateFolder(settings, "trains", "narrow").has("manifest.json")


def test_nodes_that_score_otherwise_than_spark(settings: Settings) -> None:
    folder = CandidateFolder(settings, "trains", "attempt")
    predictions = pd.DataFrame({"delay": [1.0, 2.0], "probability": [0.25, 0.26]})
    with pytest.raises(ScoresDiffer) as caught:
        check_parity(Fitted({"kind": "forest"}, LEAF, predictions), [("delay", None)], folder)
    assert str(caught.value) == (
        "the candidate's nodes score up to 0.01 away from the fitted model, not 1e-12\n"
        f"  where: {folder.path}\n"
        "  left behind: the attempt's folder, without a manifest; nothing was recorded\n"
        "  next: run ./headgate doctor: the versions must be those of requirements.lock"
    )
    check_parity(Fitted({"kind": "forest"}, LEAF, predictions.iloc[:1]), [("delay", None)], folder)


def test_a_step_before_its_turn(settings: Settings, spark: SparkSession) -> None:
    with pytest.raises(StepMissing) as caught:
        record(spark, settings, "trains", "attempt")
    assert str(caught.value) == (
        "step `learn` of attempt attempt of trains has not finished: no manifest.json\n"
        f"  where: {settings.staging}/trains/model/attempt\n"
        "  left behind: the model log and MLflow as they were\n"
        "  next: clear the task `learn` of this run, with its downstream tasks"
    )
    with pytest.raises(ValueError, match="is no name of an attempt"):
        CandidateFolder(settings, "trains", "../elsewhere")


def test_the_model_log_numbers_each_candidate_once(spark: SparkSession, settings: Settings) -> None:
    for attempt, digest in (("a", "one"), ("b", "two"), ("again", "one")):
        stage(settings, attempt, digest)
    assert [record(spark, settings, "trains", name) for name in ("a", "b", "again", "b")] == [1, 2, 1, 2]
    assert [(header["model"], header["digest"]) for header in headers(settings, "trains")] == [
        (1, "one"),
        (2, "two"),
    ]
    assert content_digest(nodes_of(settings, "trains", 2)) == content_digest(LEAF)
    with pytest.raises(UnknownModel) as caught:
        header_of(settings, "trains", 3)
    assert str(caught.value).splitlines()[0] == "the model log of trains has no model 3"


def test_a_number_that_another_writer_took(
    spark: SparkSession, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(settings, "a", "one")
    stage(settings, "b", "two")
    record(spark, settings, "trains", "a")
    stale: list[list[dict[str, object]]] = [[]]  # b reads the log before a has written
    with monkeypatch.context() as patch:
        patch.setattr(model_log, "headers", lambda *_: stale.pop() if stale else headers(settings, "trains"))
        assert record(spark, settings, "trains", "b") == 2
    assert [header["digest"] for header in headers(settings, "trains")] == ["one", "two"]
    stage(settings, "c", "three")
    monkeypatch.setattr(model_log, "headers", lambda *_: [])
    with pytest.raises(Outrun) as caught:
        record(spark, settings, "trains", "c")
    assert (
        str(caught.value).splitlines()[0]
        == "other writers took the model numbers that attempt c of trains tried"
    )


def test_staged_nodes_that_were_changed(spark: SparkSession, settings: Settings) -> None:
    folder = stage(settings, "a", "one")
    pq.write_table(node_table(LEAF.assign(impurity=np.nan)), folder.nodes)
    with pytest.raises(NotStaged) as caught:
        record(spark, settings, "trains", "a")
    assert str(caught.value) == (
        "the staged nodes of attempt a are not those that learning wrote\n"
        f"  where: {folder.nodes}\n"
        "  left behind: the model log as it was\n"
        "  next: clear the task `learn`, with its downstream tasks"
    )
    assert headers(settings, "trains") == []


def test_mlflow_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(NoAddress) as caught:
        open_client()
    assert str(caught.value) == (
        "there is no address of MLflow: MLFLOW_TRACKING_URI is not set\n"
        "  where: the environment of this process\n"
        "  left behind: nothing was changed\n"
        "  next: ./headgate up, or set the Airflow connection headgate_mlflow"
    )


def test_a_champion_that_is_not_ours() -> None:
    assert known_rival(None, "trains") is None
    assert known_rival(Version(3, 2), "trains") == Version(3, 2)
    with pytest.raises(ForeignChampion) as caught:
        known_rival(Version(3, None), "trains")
    assert str(caught.value) == (
        "the alias champion names version 3 of trains, which is in no model log\n"
        "  where: MLflow, registered model trains\n"
        "  left behind: the candidate in the model log, not evaluated\n"
        "  next: move the alias to a version with the tag headgate.model, or remove it"
    )


def test_versions_that_are_no_candidates(
    spark: SparkSession, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    client, loaded = open_client(), loaded_pipeline(tmp_path)
    assert champion(client, "trains") is None
    with pytest.raises(
        NotACandidate, match="version 1 of trains does not exist, so there is nothing to decide"
    ):
        promote(spark, settings, loaded, 1)
    client.create_registered_model("trains")
    assert champion(client, "trains") is None
    run = client.create_run(client.create_experiment("trains")).info.run_id
    client.create_model_version("trains", "file:///nowhere", run_id=run)
    with pytest.raises(NotACandidate, match="version 1 of trains shows no model of the model log"):
        promote(spark, settings, loaded, 1)
    client.create_model_version("trains", "file:///nowhere", run_id=run, tags={"headgate.model": "1"})
    with pytest.raises(UnknownModel):
        promote(spark, settings, loaded, 2)
    monkeypatch.setattr(promotion, "header_of", lambda *_: {"model": 1})  # as if it were in the log
    with pytest.raises(NotACandidate) as caught:
        promote(spark, settings, loaded, 2)
    assert str(caught.value) == (
        "version 2 of trains was not evaluated, so there is nothing to decide\n"
        "  where: MLflow, registered model trains\n"
        "  left behind: the alias champion as it was\n"
        "  next: run the DAG trains_learn, then promote the version that it registers"
    )


def test_releases_are_numbered_once(spark: SparkSession, settings: Settings) -> None:
    promoted = Release(1, "promote", 1, 1, None, [{"check": "rows", "passed": True, "said": "enough"}])
    append_release(spark, settings, "trains", promoted)
    append_release(spark, settings, "trains", promoted)
    append_release(spark, settings, "trains", Release(2, "hold", 2, 2, 1, []))
    with pytest.raises(DecidedElsewhere) as caught:
        append_release(spark, settings, "trains", Release(2, "promote", 3, 3, 1, []))
    assert str(caught.value) == (
        "release 2 of trains was taken by another decision: hold of version 2\n"
        "  where: trains_ops.releases\n"
        "  left behind: the alias champion as it was\n"
        "  next: clear the task: it looks again at what is on record"
    )
    history = releases(settings, "trains")
    assert history[0] == promoted
    assert serving(history) == 1
    assert serving([*history, Release(3, "by_hand", None, None, 1, [])]) is None


BACK = Release(
    2, "rollback", 1, 1, 2, [{"check": "rollback", "passed": True, "said": "back", "tables": False}],
    frontier="2013-01-10T00:00:00+00:00", back_to=1, decided_by="anna", why="too many alarms",
)  # fmt: skip


def test_the_same_act_is_recorded_once_and_another_of_the_same_version_is_not_taken_for_it(
    spark: SparkSession, settings: Settings
) -> None:
    promoted = Release(1, "promote", 1, 1, None, [])
    append_release(spark, settings, "trains", promoted)
    append_release(spark, settings, "trains", BACK)
    later = dataclasses.replace(BACK, frontier="2013-01-10T01:00:00+00:00", tables={"gold.examples": 7})
    assert append_release(spark, settings, "trains", later) == BACK
    others = {
        "by somebody else": dataclasses.replace(BACK, decided_by="ben"),
        "for another reason": dataclasses.replace(BACK, why="its data were wrong"),
        "from another champion": dataclasses.replace(BACK, previous_champion=3),
        "to another release of the version": dataclasses.replace(BACK, back_to=4),
        "with the tables": dataclasses.replace(BACK, reasons=[{**BACK.reasons[0], "tables": True}]),
    }
    for name, other in others.items():
        with pytest.raises(DecidedElsewhere) as caught:
            append_release(spark, settings, "trains", other)
        assert str(caught.value).splitlines()[0] == (
            "release 2 of trains was taken by another decision: rollback of version 1 by anna"
        ), name
    again = Release(3, "promote", 1, 1, 1, [])
    append_release(spark, settings, "trains", again)
    assert releases(settings, "trains") == [promoted, BACK, again]
