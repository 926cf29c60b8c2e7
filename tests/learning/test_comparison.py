"""A comparison on a small lake: its figures beside an independent reckoning, and what MLflow shows of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from pyspark.sql import SparkSession
from sklearn.metrics import log_loss, roc_auc_score

from headgate.learning.algorithms.algorithm import algorithm_named
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.block_bootstrap import block_bootstrap
from headgate.learning.comparison.compare import Fit
from headgate.learning.scoring.encoding import Features, encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.releases.comparison import compare_candidates
from headgate.releases.registry import open_client
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, Model
from headgate.spec.settings import Settings
from tests.learning.learning_world import SCHEMA, SPEC, examples_until, loaded_pipeline, publish_examples

FRONTIER = datetime(2013, 1, 10, tzinfo=UTC)
# Labels come 5 hours after the as-of hour, cohorts count after 2: the cut itself keeps labels out.
EXAMPLES = Examples(inputs=["trains"], entity=["flight_id"], label="late", complete_after=timedelta(hours=2))
MODEL = Model.model_validate(
    {
        **SPEC["model"].model_dump(),  # type: ignore[attr-defined]  # SPEC's values are of many types
        "folds": 2,
        "candidates": {
            "boosting": {"algorithm": "gradient_boosted_trees", "parameters": {"trees": 4, "depth": 3}},
            "regression": {
                "algorithm": "logistic_regression",
                "parameters": {"regularization": [0.001, 0.1]},
            },
        },
    }
)
FEATURES: Features = [("carrier", ["A", "B", "C"]), ("hour", None), ("delay", None)]
TRIALS: dict[str, tuple[str, dict[str, int | float | str]]] = {
    "incumbent": ("random_forest", {"trees": 12, "depth": 5}),
    "boosting": ("gradient_boosted_trees", {"trees": 4, "depth": 3}),
    "regression regularization=0.001": ("logistic_regression", {"regularization": 0.001}),
    "regression regularization=0.1": ("logistic_regression", {"regularization": 0.1}),
}


def at(day: int, hour: int) -> datetime:
    return datetime(2013, 1, day, hour, tzinfo=UTC)


FOLDS = [
    {"training": (at(1, 0), at(5, 20)), "test": (at(5, 22), at(7, 22))},
    {"training": (at(2, 20), at(7, 20)), "test": (at(7, 22), at(9, 22))},
]


def rows_of(hours: tuple[datetime, datetime], known: datetime) -> pd.DataFrame:
    """Labelled examples of the hours, chosen one by one from the list that the lake was written from."""
    chosen = [
        row
        for row in examples_until(FRONTIER)
        if hours[0] < row[1] <= hours[1] and row[6] is not None and row[6] <= known  # type: ignore[operator]
    ]
    names = [column.split()[0] for column in SCHEMA.split(", ")]
    return pd.DataFrame(sorted(chosen, key=lambda row: str(row[0])), columns=names)


@dataclass
class World:
    """A lake with ten days of examples, an MLflow, and what was compared first."""

    spark: SparkSession
    settings: Settings
    loaded: LoadedPipeline
    fits: list[Fit] = field(default_factory=list)
    outcome: dict[str, Any] = field(default_factory=dict)

    def compare(self) -> dict[str, Any]:
        return compare_candidates(
            self.spark, self.settings, self.loaded, self.settings.home / "scratch", self.fits.append
        )

    def entry(self, trial: str) -> dict[str, Any]:
        return next(e for e in self.outcome["comparison"]["entries"] if e["trial"] == trial)


@pytest.fixture(scope="module")
def world(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("comparing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{home}/mlflow.db")
        patch.chdir(home)
        settings = Settings(home=home)
        publish_examples(spark, settings, FRONTIER)
        world = World(spark, settings, loaded_pipeline(home, model=MODEL, examples=EXAMPLES))
        world.outcome = world.compare()
        yield world


@pytest.fixture(scope="module")
def reckoned(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """By trial, the pooled scores of models fitted on rows that were chosen without Spark; `late` beside."""
    scores: dict[str, list[np.ndarray]] = {name: [] for name in [*TRIALS, "base rate"]}
    labels, scratch = [], tmp_path_factory.mktemp("reckoning")
    for fold in FOLDS:
        training, test = rows_of(fold["training"], fold["test"][0]), rows_of(fold["test"], FRONTIER)
        labels.append(test["late"].to_numpy(np.float64))
        scores["base rate"].append(np.full(len(test), training["late"].mean()))
        for name, (algorithm, parameters) in TRIALS.items():
            kept = training[["flight_id", "carrier", "hour", "delay", "late"]].astype({"late": int})
            plain = kept.astype(object).where(kept.notna(), None)
            frame = spark.createDataFrame(
                plain.to_records(index=False).tolist(),
                "flight_id string, carrier string, hour int, delay double, late int",
            )
            task = LearningTask(FEATURES, "late", ["flight_id"], parameters, 7, str(scratch / "nodes"))
            fitted = algorithm_named(algorithm).fit(frame, frame.limit(0), task)
            scores[name].append(scorer_of(fitted.form, fitted.nodes)(encode(test, FEATURES)))
    pooled = {name: np.concatenate(found) for name, found in scores.items()}
    return {**pooled, "late": np.concatenate(labels)}


def test_each_trial_is_fitted_on_each_fold_and_told(world: World) -> None:
    assert sorted((fit.fold, fit.trial) for fit in world.fits) == sorted(
        (fold, name) for fold in (1, 2) for name in TRIALS
    )
    assert [(fit.number, fit.of) for fit in world.fits] == [(number, 8) for number in range(1, 9)]
    assert not (world.settings.home / "scratch" / "fold-1").exists()


def test_folds_hold_what_was_known_at_their_cut(world: World) -> None:
    comparison = world.outcome["comparison"]
    for found, fold in zip(comparison["folds"], FOLDS, strict=True):
        for part, known in (("training", fold["test"][0]), ("test", FRONTIER)):
            rows = rows_of(fold[part], known)
            assert found[part] == {
                "start": fold[part][0].isoformat(),
                "end": fold[part][1].isoformat(),
                "rows": len(rows),
                "positives": int(rows["late"].sum()),
            }
    # Of the first fold's 116 training hours the last 3 had no label yet at its cut.
    assert 113 * 20 - 50 < comparison["folds"][0]["training"]["rows"] < 113 * 20
    assert comparison["days"] == 4


@pytest.mark.parametrize("trial", [*TRIALS, "base rate"])
def test_pooled_figures_are_scikit_learns(world: World, reckoned: dict[str, np.ndarray], trial: str) -> None:
    found, late = world.entry(trial)["figures"], reckoned["late"]
    assert world.outcome["comparison"]["rows"] == len(late)
    assert found["log_loss"] == pytest.approx(log_loss(late, reckoned[trial]), abs=1e-9)
    assert found["auc"] == pytest.approx(roc_auc_score(late, reckoned[trial]), abs=1e-9)
    cut = len(rows_of(FOLDS[0]["test"], FRONTIER))
    parts = [(late[:cut], reckoned[trial][:cut]), (late[cut:], reckoned[trial][cut:])]
    by_fold = sum(len(part[0]) * roc_auc_score(*part) for part in parts) / len(late)
    assert found["auc_by_fold"] == pytest.approx(by_fold, abs=1e-9)
    for fold, part in zip(world.entry(trial)["folds"], parts, strict=True):
        assert fold["log_loss"] == pytest.approx(log_loss(*part), abs=1e-9)


def test_differences_to_the_incumbent_are_over_days(world: World, reckoned: dict[str, np.ndarray]) -> None:
    trial, late = "boosting", reckoned["late"]
    tests = pd.concat([rows_of(fold["test"], FRONTIER) for fold in FOLDS])
    days = np.array([(at(9, 22) - moment) // timedelta(days=1) for moment in tests["as_of"]])
    losses = {name: -np.log(np.where(late == 1, reckoned[name], 1 - reckoned[name])) for name in TRIALS}
    expected = block_bootstrap(losses[trial] - losses["incumbent"], days, seed=7)
    found = world.entry(trial)["differences"]
    assert found["log_loss"]["blocks"] == len(set(days)) == 4
    for end in ("mean", "low", "high"):
        assert found["log_loss"][end] == pytest.approx(getattr(expected, end), abs=1e-9)
    auc = roc_auc_score(late, reckoned[trial]) - roc_auc_score(late, reckoned["incumbent"])
    assert found["auc"]["mean"] == pytest.approx(auc, abs=1e-9)
    assert found["auc"]["low"] <= auc <= found["auc"]["high"]
    assert world.entry("incumbent")["differences"] == {}


def test_entries_are_in_the_order_of_their_log_loss(world: World) -> None:
    entries = world.outcome["comparison"]["entries"]
    losses = [entry["figures"]["log_loss"] for entry in entries]
    assert losses == sorted(losses)
    assert {entry["trial"] for entry in entries} == {*TRIALS, "base rate", "carrier x hour"}
    assert [entry["trial"] for entry in entries if entry["algorithm"] is None] != []


def _runs(client: MlflowClient) -> dict[str, list[Run]]:
    """The runs of the experiment: comparisons, and trials."""
    experiment = client.get_experiment_by_name("trains_comparisons")
    assert experiment is not None
    found = client.search_runs([experiment.experiment_id])
    return {
        "comparisons": [run for run in found if "headgate.comparison" in run.data.tags],
        "trials": [run for run in found if "headgate.trial" in run.data.tags],
    }


def test_mlflow_shows_every_trial_below_its_comparison(world: World) -> None:
    client = open_client()
    runs = _runs(client)
    (parent,) = runs["comparisons"]
    best = world.outcome["comparison"]["entries"][0]
    assert parent.info.run_id == world.outcome["run"]
    assert parent.info.run_name == "frontier 2013-01-10 00:00"
    assert parent.data.params == {"folds": "2", "trials": "4", "best": best["trial"]}
    assert parent.data.metrics["log_loss"] == best["figures"]["log_loss"]
    assert parent.data.metrics["base rate/log_loss"] == world.entry("base rate")["figures"]["log_loss"]
    assert {file.path for file in client.list_artifacts(parent.info.run_id)} == {
        "comparison.json", "comparison.png",
    }  # fmt: skip
    assert {run.info.run_name for run in runs["trials"]} == set(TRIALS)
    shown = next(run for run in runs["trials"] if run.info.run_name == "boosting")
    assert shown.data.params["algorithm"] == "gradient_boosted_trees"
    assert (shown.data.params["trees"], shown.data.params["step"]) == ("4", "0.1")
    assert shown.data.metrics["auc"] == world.entry("boosting")["figures"]["auc"]
    steps = client.get_metric_history(shown.info.run_id, "fold/log_loss")
    assert [(step.step, step.value) for step in steps] == [
        (place, fold["log_loss"]) for place, fold in enumerate(world.entry("boosting")["folds"], start=1)
    ]
    for run in (parent, shown):
        assert run.info.status == "FINISHED"
        assert run.data.tags["headgate.pin.gold.examples"] == "0"
        assert run.data.tags["headgate.frontier"] == "2013-01-10T00:00:00+00:00"
        assert run.data.tags["headgate.spec"] == "spec-digest"
    assert shown.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert client.search_registered_models() == []


def test_the_same_comparison_again_is_found_and_adds_nothing(world: World) -> None:
    before, fitted = _runs(open_client()), len(world.fits)
    again = world.compare()
    assert again == {**world.outcome, "known": True}
    assert not world.outcome["known"]
    assert len(world.fits) == fitted
    assert {kind: len(runs) for kind, runs in _runs(open_client()).items()} == {
        kind: len(runs) for kind, runs in before.items()
    }


def test_what_a_killed_process_left_half_shown_is_completed_with_the_same_figures(world: World) -> None:
    client = open_client()
    runs = _runs(client)
    client.set_tag(runs["trials"][0].info.run_id, "headgate.trial", "lost")
    client.delete_run(runs["trials"][0].info.run_id)
    client.update_run(world.outcome["run"], status="RUNNING")
    again = world.compare()
    assert (again["run"], again["known"]) == (world.outcome["run"], False)
    assert figures(again) == figures(world.outcome)  # fitted anew: the same, bit for bit
    assert {run.info.run_name for run in _runs(client)["trials"]} == set(TRIALS)
    assert len(_runs(client)["trials"]) == len(TRIALS)
    assert world.compare()["known"]


def figures(outcome: dict[str, Any]) -> str:
    """Everything but the seconds, as text."""
    comparison = json.loads(json.dumps(outcome["comparison"]))
    for entry in comparison["entries"]:
        entry.pop("seconds")
        entry.pop("seconds_by_fold", None)
    return json.dumps(comparison, sort_keys=True)


def test_rows_laid_out_otherwise_give_the_same_figures(world: World, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    publish_examples(world.spark, settings, FRONTIER)
    path = str(settings.lake / "trains" / "gold" / "examples")
    rows = world.spark.read.format("delta").load(path).cache()
    rows.count()
    rows.orderBy("delay").repartition(3).write.format("delta").mode("overwrite").save(path)
    rows.unpersist()
    other = World(world.spark, settings, world.loaded)
    ledger_version = {"gold.examples": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headgate.hops.ledger.Ledger.versions", lambda _: ledger_version)
        outcome = other.compare()
    assert not outcome["known"]
    entries = [json.loads(figures(found))["entries"] for found in (outcome, world.outcome)]
    assert entries[0] == entries[1]
