"""The script that MLflow stores with a model and runs to load it: models-from-code, nothing pickled.

It needs no Headgate: the folder `scoring` travels as an artifact beside the model.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc.model import PythonModel


class ServedModel(PythonModel):
    """Takes rows with the feature columns and gives the column `probability`, in the rows' order."""

    def load_context(self, context: Any) -> None:
        """Read the artifacts: `scoring` (a folder of source), `nodes` (Parquet), `model` (JSON)."""
        artifacts = context.artifacts
        scoring = _package(Path(artifacts["scoring"]))
        self.encode = importlib.import_module(f"{scoring}.encoding").encode
        described = json.loads(Path(artifacts["model"]).read_text(encoding="utf-8"))
        self.features = [(value["name"], value["nominal"]) for value in described["features"]]
        scorer_of = importlib.import_module(f"{scoring}.scorer").scorer_of
        self.score = scorer_of(described["form"], pd.read_parquet(artifacts["nodes"]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """The probability of the label for each row."""
        probability = self.score(self.encode(model_input, self.features))
        return pd.DataFrame({"probability": probability}, index=model_input.index)


def _package(folder: Path) -> str:
    """Make the folder importable, under a name of its own, and give the name."""
    name = f"_scoring_{abs(hash(str(folder.resolve())))}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"{folder} is no Python package")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return name


set_model(ServedModel())
