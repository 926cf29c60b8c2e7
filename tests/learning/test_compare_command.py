"""What `headgate compare` says: the table, the way on, and why there is no comparison."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from rich.console import Console

from headgate.cli.compare import NotCompared, outcome_of
from headgate.cli.comparison_text import comparison_table, next_lines
from headgate.cli.job_outcome import read_outcome
from headgate.learning.comparison.compare import Fit
from headgate.learning.learn import NothingToLearn
from headgate.releases.comparison import fit_line, plan_comparison, run_comparison
from headgate.spec.settings import Settings
from tests.learning.learning_world import SPEC, loaded_pipeline, publish_examples


def entry(
    trial: str, log_loss: float, difference: tuple[float, float, float] | None, algorithm: str | None = None
) -> dict[str, Any]:
    interval = dict(zip(("mean", "low", "high"), difference, strict=True)) if difference else None
    return {
        "trial": trial,
        "algorithm": algorithm,
        "given": {"trees": 50, "features_per_split": "sqrt", "step": 1e-08},
        "seconds": 12.34 if algorithm else None,
        "figures": {"auc_by_fold": 0.7, "log_loss": log_loss, "calibration_error": 0.021},
        "differences": {"log_loss": interval} if interval else {},
    }


INCUMBENT = entry("incumbent", 0.55, None, "random_forest")
COMPARISON = {
    "pipeline": "trains",
    "rows": 1234,
    "days": 20,
    "folds": [{}, {}, {}, {}],
    "entries": [
        entry("boosting trees=50", 0.54, (-0.01, -0.015, -0.004), "gradient_boosted_trees"),
        INCUMBENT,
        entry("base rate", 0.6, (0.05, 0.04, 0.06)),
    ],
}


def test_the_table_fits_a_narrow_terminal() -> None:
    console = Console(width=80, highlight=False, force_terminal=False)
    with console.capture() as captured:
        console.print(comparison_table(COMPARISON))
    assert [line.rstrip() for line in captured.get().splitlines()] == [
        "1,234 rows of 20 days that no trial had seen, in 4 folds",
        "",
        "                         AUC   log loss   difference          95 % by day    s",
        " ──────────────────────────────────────────────────────────────────────────────",
        "  boosting trees=50   0.7000     0.5400      -0.0100   -0.0150 to -0.0040   12",
        "  incumbent           0.7000     0.5500                                     12",
        "  (base rate)         0.7000     0.6000      +0.0500   +0.0400 to +0.0600",
        "",
        "difference: log loss minus the incumbent's, below 0 is better",
    ]


def test_a_winner_and_the_lines_that_make_it_the_recipe() -> None:
    assert list(next_lines(COMPARISON, known=False)) == [
        "Lowest log loss: boosting trees=50. Its lead over the present recipe is larger than chance from day "
        "to day explains.",
        "To make it the recipe, say in pipelines/trains/pipeline.yaml, under model:",
        "  algorithm: gradient_boosted_trees",
        '  parameters: {trees: 50, features_per_split: "sqrt", step: 1e-08}',
        "The next run of trains_learn learns with it: a candidate like any other, which must prove itself "
        "before it serves.",
    ]


def test_a_lead_that_may_be_chance() -> None:
    close = entry("forest", 0.549, (-0.001, -0.004, 0.002), "random_forest")
    lines = list(next_lines({**COMPARISON, "entries": [close, INCUMBENT]}, known=True))
    assert lines[:2] == [
        "These examples and candidates were compared before; the figures are those of that time.",
        "Lowest log loss: forest. Its lead over the present recipe may be chance: the interval holds 0.",
    ]


def test_the_recipe_wins() -> None:
    baseline_first = {**COMPARISON, "entries": [COMPARISON["entries"][2], INCUMBENT]}  # type: ignore[index]
    assert list(next_lines(baseline_first, known=False)) == [
        "The present recipe has the lowest log loss: nothing to change.",
    ]


def test_a_fit_in_one_line() -> None:
    fit = Fit(number=7, of=60, fold=2, trial="forest depth=8", log_loss=0.54321, seconds=4.06)
    assert fit_line(fit) == "fit  7 of 60  fold 2  log loss 0.5432     4.1 s  forest depth=8"


def test_a_job_that_failed(tmp_path: Path) -> None:
    log = tmp_path / "compare-trains.log"
    log.write_text("Traceback\nOutOfMemoryError\n")
    with pytest.raises(NotCompared) as caught:
        outcome_of(read_outcome(tmp_path / "outcome.json", 1, log), "trains")
    assert str(caught.value) == (
        "the job ended with exit code 1; the last lines of its log:\nTraceback\nOutOfMemoryError\n"
        f"  where: {log}\n"
        "  left behind: nothing was promoted or changed; what MLflow has of this comparison is completed by "
        "the next\n"
        "  next: ./headgate doctor, then ./headgate compare trains"
    )


def test_a_job_that_refused_passes_its_reason_on(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    settings = Settings(home=tmp_path)
    publish_examples(spark, settings, datetime(2013, 1, 2, 12, tzinfo=UTC))
    assert run_comparison(spark, settings, loaded_pipeline(tmp_path), tmp_path) == 1
    with pytest.raises(NotCompared) as caught:
        outcome_of(read_outcome(tmp_path / "outcome.json", 1, tmp_path / "log"), "trains")
    assert (
        str(caught.value).splitlines()[0].startswith("the complete examples span 0 days, and 4 folds need 6:")
    )
    publish_examples(spark, settings, datetime(2013, 1, 1, 4, tzinfo=UTC))
    monkeypatch.setattr("headgate.hops.ledger.Ledger.frontier", lambda _: datetime(2013, 1, 1, 4, tzinfo=UTC))
    run_comparison(spark, settings, loaded_pipeline(tmp_path), tmp_path)
    assert json.loads((tmp_path / "outcome.json").read_text())["refused"] == [
        "no published example has a label yet, so there is nothing to cut into 4 folds",
        "gold.examples, column late",
        "nothing was fitted",
        "let more hours pass the gates",
    ]


def test_a_fold_without_both_labels(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    settings = Settings(home=tmp_path)
    publish_examples(spark, settings, datetime(2013, 1, 8, tzinfo=UTC))
    path = str(settings.lake / "trains" / "gold" / "examples")
    punctual = (
        spark.read.format("delta")
        .load(path)
        .selectExpr("flight_id", "as_of", "carrier", "hour", "delay", "late * 0 AS late", "label_known_at")
    )
    punctual.cache().count()
    punctual.write.format("delta").mode("overwrite").save(path)
    monkeypatch.setattr("headgate.hops.ledger.Ledger.versions", lambda _: {"gold.examples": 1})
    run_comparison(spark, settings, loaded_pipeline(tmp_path), tmp_path)
    what, where, *_ = json.loads((tmp_path / "outcome.json").read_text())["refused"]
    assert what == (
        "fold 1 has 480 labelled examples to train on, 0 of them positive, and 478 to test on: it needs both "
        "labels to train and rows to test"
    )
    assert where == (
        "gold.examples, as-of in (2013-01-01T00:00:00+00:00, 2013-01-02T00:00:00+00:00] and "
        "(2013-01-03T00:00:00+00:00, 2013-01-04T00:00:00+00:00]"
    )


def test_nothing_to_compare_is_told_before_anything_starts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(NothingToLearn, match="has no model to learn"):
        plan_comparison(settings, loaded_pipeline(tmp_path, model=None))
    with pytest.raises(NothingToLearn, match="has not published any examples yet"):
        plan_comparison(settings, loaded_pipeline(tmp_path))


def test_the_digest_stands_for_what_the_figures_depend_on(spark: SparkSession, tmp_path: Path) -> None:
    settings, model = Settings(home=tmp_path), SPEC["model"]
    publish_examples(spark, settings, datetime(2013, 1, 8, tzinfo=UTC))

    def digest(**changes: object) -> str:
        changed = model.model_copy(update=changes)  # type: ignore[attr-defined]  # SPEC has values of many types
        return plan_comparison(settings, loaded_pipeline(tmp_path, model=changed)).digest

    assert digest() == digest(costs=None)
    others = [digest(folds=3), digest(seed=8), digest(baselines=[[]]), digest(parameters={"trees": 13})]
    assert len({digest(), *others}) == 5
