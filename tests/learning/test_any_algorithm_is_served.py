"""Whatever the algorithm: its candidate is recorded, judged, promoted, and served as it was fitted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import mlflow
import numpy as np
import onnxruntime
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from headgate.learning.candidate_folder import CandidateFolder
from headgate.learning.feature_schema import from_json
from headgate.learning.onnx_form.parity import onnx_inputs
from headgate.releases.candidate import learn_candidate
from headgate.releases.evaluate import evaluate
from headgate.releases.model_headers import headers
from headgate.releases.model_log import record
from headgate.releases.promotion import promote
from headgate.releases.registry import open_client
from headgate.releases.reproduce import reproduce
from headgate.spec.pipeline import Model
from headgate.spec.settings import Settings
from tests.learning.learning_world import SPEC, loaded_pipeline, publish_examples

FRONTIER = datetime(2013, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("algorithm", "parameters", "kind"),
    [
        ("gradient_boosted_trees", {"trees": 8, "depth": 3, "step": 0.3}, "boosted_trees"),
        ("xgboost", {"trees": 20, "depth": 3, "step": 0.3}, "xgboost"),
        ("logistic_regression", {"regularization": 0.01}, "linear"),
        ("incremental_forest", {"trees": 8, "groups": 4, "depth": 4, "slots": 5}, "forest"),
    ],
)
def test_from_examples_to_a_served_champion(
    spark: SparkSession,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    algorithm: str,
    parameters: dict[str, float],
    kind: str,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.chdir(tmp_path)
    settings = Settings(home=tmp_path)
    model = SPEC["model"]
    assert isinstance(model, Model)
    loaded = loaded_pipeline(
        tmp_path, model=model.model_copy(update={"algorithm": algorithm, "parameters": parameters})
    )
    publish_examples(spark, settings, FRONTIER)
    learn_candidate(lambda: spark, settings, loaded, "first")
    record(spark, settings, "trains", "first")
    version = evaluate(spark, settings, loaded, "first")["version"]
    assert promote(spark, settings, loaded, version).decision == "promote"

    (header,) = headers(settings, "trains")
    assert (header["algorithm"], header["form"]["kind"]) == (algorithm, kind)
    mlflow.set_tracking_uri(open_client().tracking_uri)
    local = mlflow.artifacts.download_artifacts("models:/trains@champion", dst_path=str(tmp_path / "served"))
    assert not [path for path in Path(local).rglob("*") if path.suffix in (".pkl", ".pickle", ".pyc")]
    fitted = pd.read_parquet(CandidateFolder(settings, "trains", "first").predictions)
    served = mlflow.pyfunc.load_model(local).predict(fitted)
    tolerance = 1e-6 if algorithm == "xgboost" else 1e-12
    assert np.abs(served["probability"] - fitted["probability"]).max() <= tolerance
    inputs = onnx_inputs(fitted, from_json(header["features"]))
    (said,) = onnxruntime.InferenceSession(Path(local, "model.onnx")).run(["probability"], inputs)
    assert len(said) > 1000
    assert np.abs(said - fitted["probability"]).max() <= tolerance

    again = reproduce(spark, settings, loaded, 1, tmp_path / "again")
    assert (again.same, again.gap) == (True, 0.0)
    assert again.same_trees == again.trees == parameters.get("trees", 0)
