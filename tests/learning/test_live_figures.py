"""The live figures, against scikit-learn and by hand, and their runs in MLflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from mlflow import MlflowClient
from pyspark.sql import SparkSession
from sklearn.metrics import log_loss, roc_auc_score

from headgate.hops.ledger import Ledger
from headgate.monitoring.live_day import LiveDay, keep_live_days, kept_live_days, live_days
from headgate.monitoring.live_figures import NothingScored, live_statement, register_live
from headgate.monitoring.live_run import show_live
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from tests.learning.scored_world import FILES
from tests.unit.spec_folders import write_files

START = datetime(2013, 1, 10, tzinfo=UTC)
FIRST, SECOND = date(2013, 1, 10), date(2013, 1, 11)
HOUR = timedelta(hours=1)
Outcome = tuple[datetime, str, int, float, int | None, bool]
SCHEMA = "as_of timestamp, role string, version int, probability double, late int, in_time boolean"


def outcomes() -> list[Outcome]:
    """A day of 150 with ties, some unknown, some too late; midnight ends it. Then a day of one class."""
    draw = np.random.default_rng(3)
    rows: list[Outcome] = []
    for number in range(150):
        at = START + (1 + number % 24) * HOUR
        probability, late = round(float(draw.random()), 1), int(draw.random() < 0.3)
        known = None if number % 10 == 0 else late
        rows.append((at, "champion", 3 + number % 2, probability, known, number % 7 != 0))
        rows.append((at, "challenger", 9, 0.5, late, True))
    rows += [(START + 25 * HOUR, "champion", 5, probability, 0, True) for probability in (0.0, 0.25, 1.0)]
    return [*rows, (START + 26 * HOUR, "champion", 5, 0.9, None, True)]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedPipeline:
    """The pipeline `rides`, whose costs are 0, 20, 60 and 100: it acts from 1/3 on."""
    return load_pipeline(write_files(tmp_path_factory.mktemp("live"), FILES), "rides")


def scored(until: datetime | None) -> Ledger:
    """A ledger that says how far examples were scored."""
    return cast(Ledger, SimpleNamespace(scored_until=lambda: until))


@pytest.fixture(scope="module")
def days(
    spark: SparkSession, loaded: LoadedPipeline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[LiveDay]]:
    """The live figures of these outcomes at the end of the 11th: the 10th is complete, a day old."""
    stored = str(tmp_path_factory.mktemp("outcomes") / "rows")
    spark.createDataFrame(outcomes(), SCHEMA).coalesce(1).write.parquet(stored)
    for database in ("rides_gold", "rides_ops"):
        spark.sql(f"DROP DATABASE IF EXISTS {database} CASCADE")
        spark.sql(f"CREATE DATABASE {database}")
    spark.sql(f"CREATE VIEW rides_gold.outcomes AS SELECT * FROM parquet.`{stored}`")
    spark.sql(
        "CREATE VIEW rides_ops.hops AS SELECT 'gold' AS hop, 'done' AS state, "
        "TIMESTAMP '2013-01-12 00:00:00' AS range_end"
    )
    register_live(spark, loaded)
    assert spark.sql("SELECT day, role FROM rides_ops.live_figures").count() == 3
    found = spark.sql(live_statement(loaded, scored(START))).toArrow().to_pylist()
    yield live_days(found)
    for database in ("rides_gold", "rides_ops"):
        spark.sql(f"DROP DATABASE {database} CASCADE")


def judged(role: str) -> tuple[np.ndarray, np.ndarray]:
    """Labels and probabilities of the first day that count."""
    rows = [row for row in outcomes() if row[1] == role and row[5] and row[4] is not None]
    first = [row for row in rows if row[0] <= START + 24 * HOUR]
    return np.array([row[4] for row in first]), np.array([row[3] for row in first])


def test_a_day_and_role_has_one_row_of_counts(days: list[LiveDay]) -> None:
    assert [(day.day, day.role, day.provisional) for day in days] == [
        (FIRST, "challenger", False),
        (FIRST, "champion", False),
        (SECOND, "champion", True),
    ]
    _, champion, second = days
    assert (champion.versions, champion.predictions, champion.too_late) == ((3, 4), 150, 22)
    assert champion.labelled == len(judged("champion")[0])
    assert (second.versions, second.predictions, second.labelled) == ((5, 5), 4, 3)


@pytest.mark.parametrize("role", ["champion", "challenger"])
def test_auc_log_loss_and_calibration_are_those_of_scikit_learn(days: list[LiveDay], role: str) -> None:
    label, probability = judged(role)
    (figures,) = (day.figures for day in days if day.day == FIRST and day.role == role)
    assert figures["auc"] == pytest.approx(roc_auc_score(label, probability), abs=1e-12)
    safe = np.clip(probability, 1e-6, 1 - 1e-6)
    assert figures["log_loss"] == pytest.approx(log_loss(label, safe), abs=1e-9)
    assert figures["share"] == pytest.approx(label.mean())
    assert figures["mean_probability"] == pytest.approx(probability.mean())
    places = np.minimum((probability * 10).astype(int), 9)
    off = sum(abs(probability[places == b].sum() - label[places == b].sum()) for b in range(10))
    assert figures["calibration_error"] == pytest.approx(off / len(label))


def test_money_and_a_day_of_one_class_by_hand(days: list[LiveDay]) -> None:
    figures = days[2].figures
    assert "auc" not in figures
    # 0.0 and 0.25 are left alone at no cost, 1.0 is a false alarm: 20 on three rows.
    assert figures["cost_per_thousand"] == pytest.approx(20_000 / 3)
    assert figures["never_act_per_thousand"] == 0
    assert figures["always_act_per_thousand"] == 20_000
    assert figures["log_loss"] == pytest.approx((-np.log(1 - 1e-6) - np.log(0.75) - np.log(1e-6)) / 3)


def test_before_the_first_score_there_is_nothing_to_look_back_at(loaded: LoadedPipeline) -> None:
    with pytest.raises(NothingScored) as refused:
        live_statement(loaded, scored(None))
    assert str(refused.value) == (
        "No example of rides has been scored yet: hours are, once a champion serves.\n"
        "  where: rides_gold.predictions\n"
        "  next: ./headgate status, which says whether one does; then run the next hours"
    )
    without = replace(loaded, spec=loaded.spec.model_copy(update={"model": None}))
    with pytest.raises(NothingScored) as refused:
        live_statement(without, scored(START))
    assert str(refused.value) == (
        "rides scores nothing: its spec lacks `model` or `examples`.\n"
        "  where: pipeline.yaml\n"
        "  next: Add them, then ./headgate check rides"
    )


def one_day(number: int, auc: float, *, provisional: bool = False) -> LiveDay:
    """A day of the champion, `number` days after the schedule's start."""
    moment = date(2013, 1, 1) + timedelta(days=number)
    return LiveDay(moment, "champion", (1, 1), 10, 0, 10, provisional, {"auc": auc})


def test_the_days_of_the_last_look_back_are_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert kept_live_days(settings, "rides") == []
    keep_live_days(settings, "rides", [one_day(9, 0.75)])
    days = [one_day(9, 0.8), one_day(10, 0.5, provisional=True)]
    keep_live_days(settings, "rides", days)
    assert kept_live_days(settings, "rides") == days


def test_mlflow_shows_complete_days_once_and_a_run_that_is_made_again(tmp_path: Path) -> None:
    client = MlflowClient(f"sqlite:///{tmp_path}/mlflow.db")
    start = datetime(2013, 1, 1, tzinfo=UTC)
    days = [one_day(9, 0.75), one_day(10, 0.5, provisional=True)]

    def shown() -> list[tuple[str, dict[int, float]]]:
        experiment = client.get_experiment_by_name("rides")
        assert experiment is not None
        return [
            (
                str(run.info.run_name),
                {one.step: one.value for one in client.get_metric_history(run.info.run_id, "live/auc")},
            )
            for run in client.search_runs([experiment.experiment_id])
        ]

    said = list(show_live(client, "rides", start, days))
    assert said == ["1 days of live figures of the champion are in MLflow"]
    assert shown() == [("live champion", {9: 0.75})]
    assert list(show_live(client, "rides", start, days)) == []
    days[1] = one_day(10, 0.5)
    assert len(list(show_live(client, "rides", start, days))) == 1
    assert shown() == [("live champion", {9: 0.75, 10: 0.5})]
    days[0] = one_day(9, 0.25)
    assert list(show_live(client, "rides", start, days)) == [
        "the live figures of the champion changed since, so their run is made again",
        "2 days of live figures of the champion are in MLflow",
    ]
    assert shown() == [("live champion", {9: 0.25, 10: 0.5})]
