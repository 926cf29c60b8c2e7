"""The ONNX form of a model beside its logged model in MLflow, put there only where it scores the same."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from headgate.learning.feature_schema import from_json
from headgate.spec.errors import HeadgateError

if TYPE_CHECKING:
    from mlflow import MlflowClient

FILE = "model.onnx"
ONNX_TAG = "headgate.onnx"
"""On a logged model that has its ONNX form: the sha256 of the file."""


class OnnxDiffers(HeadgateError):
    """The ONNX form of a model does not score as its portable form does, so the model is not shown."""


def onnx_file(header: dict[str, Any], nodes: pd.DataFrame) -> bytes:
    """The ONNX form of the model that `header` and `nodes` describe, always the same. Raises OnnxDiffers."""
    from headgate.learning.onnx_form.graph import onnx_model
    from headgate.learning.onnx_form.parity import ROWS, TOLERANCE, largest_gap

    features = from_json(header["features"])
    model = onnx_model(header["form"], nodes, features)
    gap = largest_gap(model, header["form"], nodes, features)
    if not gap <= TOLERANCE:
        raise OnnxDiffers(
            f"the ONNX form of model {header['model']} of {header['pipeline']} scores up to {gap:.3g} away "
            f"from its portable form on {ROWS:,} rows, not {TOLERANCE:.0e}",
            where="headgate.learning.onnx_form, and the onnxruntime that is installed",
            left=f"model {header['model']} in the model log; MLflow has its run, but no model to serve",
            next_command="run ./headgate doctor: the versions must be those of requirements.lock",
        )
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def has_onnx(client: MlflowClient, logged: str) -> bool:
    """Whether a logged model has its ONNX form."""
    return ONNX_TAG in client.get_logged_model(logged).tags


def log_onnx(client: MlflowClient, logged: str, content: bytes) -> None:
    """Put the file into the folder of the logged model and mark the model as having it; repeating is safe."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, FILE)
        path.write_bytes(content)
        client.log_model_artifact(logged, str(path))
    client.set_logged_model_tags(logged, {ONNX_TAG: hashlib.sha256(content).hexdigest()})
