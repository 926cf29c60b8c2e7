"""The algorithm of docs/add-an-algorithm.md is all that it takes: it learns, is portable and becomes ONNX."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.sql import SparkSession

from headgate.learning.algorithms.algorithm import Algorithm
from headgate.learning.algorithms.learning_task import LearningTask
from headgate.learning.algorithms.training_vectors import predictions
from headgate.learning.feature_vectors import LABEL, VECTOR, with_vectors
from headgate.learning.onnx_form.graph import onnx_model
from headgate.learning.onnx_form.parity import onnx_scores
from headgate.learning.scoring.encoding import encode
from headgate.learning.scoring.scorer import scorer_of
from headgate.spec import algorithm_parameters
from headgate.spec.algorithm_parameters import Between, Parameter
from headgate.spec.settings import REPOSITORY
from tests.learning.late_rows import FEATURES, SCHEMA, rows

PAGE = (REPOSITORY / "docs" / "add-an-algorithm.md").read_text()


def test_the_documented_class_is_an_algorithm(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert '`"decision_tree": {"depth": Parameter(4, 0, 30, drawn=Between(2, 8))}`' in PAGE
    depth = Parameter(4, 0, 30, drawn=Between(2, 8))
    known = {**algorithm_parameters.ALGORITHMS, "decision_tree": {"depth": depth}}
    monkeypatch.setattr(algorithm_parameters, "ALGORITHMS", known)
    names: dict[str, Any] = {}
    exec(code, names)
    algorithm: Algorithm = names["DecisionTree"]()
    assert algorithm.complete_parameters({}) == {"depth": 4}
    assert algorithm.learns == "refits"

    frame = spark.createDataFrame(rows(), SCHEMA)
    task = LearningTask(FEATURES, "late", ["id"], {"depth": 3}, 5, str(tmp_path / "scratch"))
    fitted = algorithm.fit(frame, frame, task)
    said = fitted.predictions.sort_values("id")
    scores = scorer_of(fitted.form, fitted.nodes)(encode(said, FEATURES))
    assert np.abs(scores - said["probability"]).max() <= 1e-12
    exported = onnx_scores(onnx_model(fitted.form, fitted.nodes, FEATURES), said, FEATURES)
    assert np.abs(exported - said["probability"]).max() <= 1e-12

    peer = DecisionTreeClassifier(featuresCol=VECTOR, labelCol=LABEL, maxDepth=3).fit(
        with_vectors(frame, FEATURES, "late")
    )
    assert len(fitted.nodes) == peer.numNodes > 7
    expected = predictions(peer, with_vectors(frame, FEATURES, "late"), ["id"]).sort_values("id")
    assert np.abs(expected["probability"].to_numpy() - said["probability"].to_numpy()).max() <= 1e-12
