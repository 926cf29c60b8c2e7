"""Every algorithm: its portable form scores as Spark does, and equal rows give equal models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.linear_model
from pyspark.sql import DataFrame, SparkSession
from sklearn.metrics import log_loss

from headgate.learning.algorithms import xgboost_trees
from headgate.learning.algorithms.algorithm import Fitted, Incremental, algorithm_named
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.parameters import UnknownParameter
from headgate.learning.node_rows import content_digest
from headgate.learning.onnx_form.graph import onnx_model
from headgate.learning.onnx_form.parity import onnx_scores
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.linear import linear_inputs, linear_score
from headgate.learning.scoring.scorer import scorer_of
from tests.learning.late_rows import FEATURES, SCHEMA, rows

PARAMETERS: dict[str, dict[str, int | float | str]] = {
    "random_forest": {"trees": 8, "depth": 6},
    "gradient_boosted_trees": {"trees": 6, "depth": 3, "step": 0.3},
    "xgboost": {"trees": 30, "depth": 3, "step": 0.3},
    "logistic_regression": {"regularization": 0.01},
}


def fit(name: str, frame: DataFrame, folder: Path) -> Fitted:
    task = LearningTask(FEATURES, "late", ["id"], PARAMETERS[name], 5, str(folder / "scratch"))
    return algorithm_named(name).fit(frame, frame, task)


@pytest.fixture(scope="module", params=list(PARAMETERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def fitted(spark: SparkSession, name: str, tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return fit(name, spark.createDataFrame(rows(), SCHEMA), tmp_path_factory.mktemp(name))


def test_the_portable_form_scores_as_spark_does(fitted: Fitted) -> None:
    scores = scorer_of(fitted.form, fitted.nodes)(encode(fitted.predictions, FEATURES))
    assert len(scores) == 1500
    assert np.abs(scores - fitted.predictions["probability"].to_numpy()).max() <= fitted.tolerance


def test_only_what_computes_in_single_precision_may_differ_more(name: str, fitted: Fitted) -> None:
    assert fitted.tolerance == (1e-6 if name == "xgboost" else 1e-12)


@pytest.mark.parametrize(
    ("algorithm", "learns"),
    [
        ("random_forest", "refits"),
        ("gradient_boosted_trees", "refits"),
        ("xgboost", "refits"),
        ("logistic_regression", "refits from its parent"),
        ("incremental_forest", "updates"),
    ],
)
def test_each_says_how_it_learns(algorithm: str, learns: str) -> None:
    own = algorithm_named(algorithm)
    assert own.learns == learns
    assert isinstance(own, Incremental) == (learns == "updates")


def test_the_onnx_form_scores_as_spark_does(fitted: Fitted) -> None:
    """On 1,500 rows with nominal values, some outside the vocabulary, and missing ones of both kinds."""
    scores = onnx_scores(onnx_model(fitted.form, fitted.nodes, FEATURES), fitted.predictions, FEATURES)
    assert len(scores) == 1500
    assert np.abs(scores - fitted.predictions["probability"].to_numpy()).max() <= fitted.tolerance


def test_it_has_learned_something(fitted: Fitted) -> None:
    late = fitted.predictions["late"]
    base = log_loss(late, np.full(len(late), late.mean()))
    assert log_loss(late, fitted.predictions["probability"]) < 0.85 * base


def test_order_and_partitions_of_the_rows_do_not_matter(
    spark: SparkSession, name: str, fitted: Fitted, tmp_path: Path
) -> None:
    shuffled = rows()
    np.random.default_rng(9).shuffle(shuffled)
    again = fit(name, spark.createDataFrame(shuffled, SCHEMA).repartition(3, "delay"), tmp_path)
    assert again.form == fitted.form
    pd.testing.assert_frame_equal(again.nodes, fitted.nodes)
    assert content_digest(again.nodes) == content_digest(fitted.nodes)


@pytest.mark.parametrize(
    ("algorithm", "known"),
    [
        (
            "gradient_boosted_trees",
            "trees, depth, step, bins, features_per_split, minimum_rows_per_leaf, rows_per_tree",
        ),
        (
            "xgboost",
            "trees, depth, step, bins, minimum_weight_per_leaf, rows_per_tree, features_per_tree, "
            "regularization",
        ),
        ("logistic_regression", "regularization, elastic_net, iterations, tolerance"),
    ],
)
def test_an_unknown_parameter_is_refused(algorithm: str, known: str) -> None:
    with pytest.raises(UnknownParameter) as caught:
        algorithm_named(algorithm).complete_parameters({"gamma": 3})
    assert str(caught.value) == (
        f"{algorithm} has no parameter 'gamma': it has {known}\n"
        "  where: pipeline.yaml, model.parameters\n"
        "  left behind: nothing was fitted\n"
        "  next: correct the name, then run ./headgate check"
    )


def test_xgboost_refuses_more_rows_than_one_process_is_given(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert xgboost_trees.MAXIMUM_ROWS == 1_000_000
    monkeypatch.setattr(xgboost_trees, "MAXIMUM_ROWS", 1_499)
    with pytest.raises(xgboost_trees.TooManyRows) as caught:
        fit("xgboost", spark.createDataFrame(rows(), SCHEMA), tmp_path)
    assert str(caught.value) == (
        "1,500 training rows are more than the 1,499 that xgboost is given, which fits in one process\n"
        "  where: pipeline.yaml, model.algorithm\n"
        "  left behind: nothing was fitted\n"
        "  next: name gradient_boosted_trees, which Spark fits, or shorten model.window"
    )


def test_logistic_regression_finds_what_scikit_learn_finds(spark: SparkSession, tmp_path: Path) -> None:
    """Both minimise mean log loss + r / 2 x squared coefficients; scikit-learn's C is 1 / (rows x r)."""
    form = fit("logistic_regression", spark.createDataFrame(rows(), SCHEMA), tmp_path).form
    frame = pd.DataFrame(rows(), columns=["id", "carrier", "delay", "hour", "late"])
    inputs = linear_inputs(form, encode(frame, FEATURES))
    peer = sklearn.linear_model.LogisticRegression(C=1 / (len(frame) * 0.01), tol=1e-10, max_iter=10_000)
    peer.fit(inputs, frame["late"])
    assert [term["coefficient"] for term in form["terms"]] == pytest.approx(peer.coef_[0], abs=1e-4)
    assert form["intercept"] == pytest.approx(peer.intercept_[0], abs=1e-4)


def test_linear_terms_by_hand() -> None:
    form = {
        "intercept": 0.5,
        "terms": [
            {"feature": 0, "category": 1, "coefficient": 2.0},
            {"feature": 1, "center": 10.0, "scale": 4.0, "coefficient": -1.0},
            {"feature": 1, "missing": True, "coefficient": 0.25},
        ],
    }
    matrix = np.array([[1.0, 18.0], [0.0, 10.0], [0.0, -1.0e9]])
    assert linear_inputs(form, matrix).tolist() == [[1.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    logits = [0.5 + 2.0 - 2.0, 0.5, 0.5 + 0.25]
    assert linear_score(form, matrix) == pytest.approx([1 / (1 + np.exp(-logit)) for logit in logits])


def test_another_kind_of_model_is_refused() -> None:
    with pytest.raises(ValueError, match="no scorer for a model of kind 'oracle'"):
        scorer_of({"kind": "oracle"}, pd.DataFrame())
