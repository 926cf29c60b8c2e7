"""The script that MLflow stores with a forest and runs to load it: models-from-code, nothing pickled.

It needs no Headgate: the scorer travels as artifacts beside the node rows.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel


class ServedForest(PythonModel):
    """Takes rows with the feature columns and gives the column `probability`, in the rows' order."""

    def load_context(self, context: Any) -> None:
        """Read the artifacts: `nodes` (Parquet), `features` (JSON), and the scorer's two source files."""
        artifacts = context.artifacts
        self.encoding = _module("encoding", artifacts["encoding"])
        self.scorer = _module("forest", artifacts["forest"])
        values = json.loads(Path(artifacts["features"]).read_text(encoding="utf-8"))
        self.features = [(value["name"], value["nominal"]) for value in values]
        self.forest = self.scorer.forest_of(pd.read_parquet(artifacts["nodes"]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """The probability of the label for each row."""
        matrix = self.encoding.encode(model_input, self.features)
        return pd.DataFrame({"probability": self.scorer.score(self.forest, matrix)}, index=model_input.index)


def _module(name: str, path: str) -> ModuleType:
    """The module in a source file, under a name of its own."""
    import sys

    spec = importlib.util.spec_from_file_location(f"_served_forest_{name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python source file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


set_model(ServedForest())
