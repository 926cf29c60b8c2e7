"""Show a model of the model log in MLflow: one run, one registered version. Repeating it adds nothing."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.parquet as pq

from headgate.learning import scoring
from headgate.learning.evaluation import CANDIDATE
from headgate.learning.node_rows import node_table
from headgate.releases.figures import figures
from headgate.releases.model_report import model_report
from headgate.releases.onnx_artifact import has_onnx, log_onnx, onnx_file
from headgate.releases.registry import MODEL_TAG, tracking_address, version_of_model
from headgate.releases.report_page import REPORT
from headgate.releases.tracked_run import FINISHED, experiment_of, log_to_run, tracked_run
from headgate.spec.lineage import EXAMPLES

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from headgate.releases.evaluation import Evaluated

EVALUATION = "evaluation.json"
SCRIPT = Path(__file__).with_name("served_model.py")
REQUIREMENTS = ("mlflow", "numpy", "pandas", "pyarrow")
_ARTIFACTS = {"nodes": "nodes.parquet", "model": "model.json", "scoring": "scoring"}


@dataclass(frozen=True)
class Shown:
    """Where a model is shown: its registered version and the id of its run."""

    version: int
    run: str


def show(
    client: MlflowClient,
    header: dict[str, Any],
    nodes: pd.DataFrame,
    examples_path: str,
    judge: Callable[[], Evaluated],
) -> Shown:
    """Bring MLflow to the model that `header` and `nodes` describe.

    Run and version are found by their tag `headgate.model`. A run that is not finished is completed, for
    which `judge` is called; a finished one whose logged model or whose ONNX form is gone gets it again. Of
    what cannot be judged any more it shows the figures that are known, without pictures and report.
    Raises OnnxDiffers.
    """
    pipeline, model = header["pipeline"], header["model"]
    experiment = experiment_of(client, pipeline)
    run = tracked_run(client, experiment, MODEL_TAG, str(model), f"model-{model}")
    if run.info.status != FINISHED:
        _complete(client, run.info.run_id, header, nodes, examples_path, judge())
    elif not _is_logged(client, run.info.run_id):
        _log_model(client, run.info.run_id, header, nodes)
    version = version_of_model(client, pipeline, model) or _register(client, pipeline, model, run.info.run_id)
    return Shown(int(version.version), run.info.run_id)


def _complete(
    client: MlflowClient,
    run: str,
    header: dict[str, Any],
    nodes: pd.DataFrame,
    examples_path: str,
    evaluated: Evaluated,
) -> None:
    """Log everything that the run lacks, the model last, and finish it."""
    result = evaluated.result
    moment = datetime.fromisoformat(header["frontier"])
    metrics = [(name, value, 0) for name, value in _metrics(header, result).items()]
    log_to_run(client, run, moment, metrics, _params(header), _tags(header, result))
    _log_datasets(client, run, header, examples_path)
    if evaluated.scores:
        drawn = figures(evaluated.label, evaluated.scores, result)
        for name, figure in drawn.items():
            client.log_figure(run, figure, name)
        client.log_text(run, model_report(header, result, drawn), REPORT)
    if result:
        client.log_dict(run, result, EVALUATION)
    _log_model(client, run, header, nodes)


def _metrics(header: dict[str, Any], result: dict[str, Any]) -> dict[str, float]:
    """Those of learning and, where there is an evaluation, those of judging."""
    learned = {f"training/{name}": value for name, value in header["metrics"].items()}
    learned |= {"training/rows": header["training"]["rows"], **_effort(header)}
    return {name: float(value) for name, value in {**learned, **(_judged(result) if result else {})}.items()}


def _judged(result: dict[str, Any]) -> dict[str, float]:
    """The candidate's figures by their plain names, everyone else's as `<name>/<figure>`."""
    named = {"rows": result["rows"]}
    for who, found in result["figures"].items():
        money = result["money"].get(who)
        costs = {"cost_per_thousand": money["per_thousand"]} if money else {}
        prefix = "" if who == CANDIDATE else f"{who}/"
        named |= {f"{prefix}{name}": value for name, value in {**found, **costs}.items()}
    for figure in ("log_loss", "auc", "cost"):
        differences = result["differences" if figure == "log_loss" else f"{figure}_differences"]
        for who, difference in differences.items():
            where = f"{who.replace(' act', '_act')}/{figure}_difference"
            named |= {f"{where}_{end}": difference[end] for end in ("mean", "low", "high")}
    money = result["money"].get(CANDIDATE)
    if money:
        named["never_act/cost_per_thousand"] = money["never_act_per_thousand"]
        named["always_act/cost_per_thousand"] = money["always_act_per_thousand"]
    if "score_shift" in result:
        named["score_shift"] = result["score_shift"]
    return named


def _effort(header: dict[str, Any]) -> dict[str, float]:
    """What fitting took, as `learned/<figure>`, and what an audit found, as `audit/<gap>`.

    A header by an earlier Headgate does not tell."""
    told = header.get("learned", {})
    names = ("rows_read", "seconds", "groups", "groups_fitted")
    figures = {name: told[name] for name in names if name in told} | (told.get("changes") or {})
    audit = header.get("audit", {})
    gaps = {
        f"audit/{gap}_{end}": audit[gap][end]
        for gap in ("auc_gap", "log_loss_gap")
        if gap in audit
        for end in ("mean", "low", "high")
    }
    return {f"learned/{name}": value for name, value in figures.items()} | gaps


def _params(header: dict[str, Any]) -> dict[str, Any]:
    window = {f"training_{end}": header["training"][end] for end in ("start", "end")}
    names = ", ".join(feature["name"] for feature in header["features"])
    return {
        "algorithm": header["algorithm"],
        "seed": header["seed"],
        **header["parameters"],
        **window,
        "features": names,
    }


def header_tags(header: dict[str, Any]) -> dict[str, Any]:
    """What the model was made from; table versions too, since MLflow drops version 0 of a dataset."""
    pins = {f"headgate.pin.{table}": version for table, version in header["pins"].items()}
    names = ("digest", "parent", "frontier", "recipe", "spec", "code")
    learned = header.get("learned", {})
    return {
        **pins,
        **{f"headgate.{name}": header[name] for name in names},
        **{
            f"headgate.learned.{name}": learned[name]
            for name in ("how", "from", "because")
            if name in learned
        },
    }


def _tags(header: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
    if not result:
        return header_tags(header)
    judged = {f"headgate.evaluation.{end}": result["range"][end] for end in ("start", "end")}
    return {**header_tags(header), "headgate.track": result["track"], **judged}


def _log_datasets(client: MlflowClient, run: str, header: dict[str, Any], path: str) -> None:
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset
    from mlflow.entities import DatasetInput, InputTag

    inputs = client.get_run(run).inputs
    if inputs is not None and inputs.dataset_inputs:
        return
    version = header["pins"][EXAMPLES]
    source = DeltaDatasetSource(path=path, delta_table_version=version)
    dataset = MetaDataset(source, name=f"{header['pipeline']}_{EXAMPLES}", digest=f"version {version}")
    tags = [InputTag("mlflow.data.context", "training"), InputTag("delta_version", str(version))]
    client.log_inputs(run, [DatasetInput(dataset._to_mlflow_entity(), tags)])


def _log_model(client: MlflowClient, run: str, header: dict[str, Any], nodes: pd.DataFrame) -> None:
    """Log the model as code and artifacts, its ONNX form beside it, unless an earlier try did, and finish the
    run. Raises OnnxDiffers before anything is logged."""
    import mlflow

    onnx = onnx_file(header, nodes)
    mlflow.set_tracking_uri(tracking_address())
    with mlflow.start_run(run_id=run), tempfile.TemporaryDirectory() as folder:
        if _logged_model(client, run) is None:
            paths = {name: Path(folder, file) for name, file in _ARTIFACTS.items()}
            pq.write_table(node_table(nodes), paths["nodes"])
            described = {"features": header["features"], "form": header["form"]}
            paths["model"].write_text(json.dumps(described), encoding="utf-8")
            only_source = shutil.ignore_patterns("__pycache__")
            shutil.copytree(scoring.__path__[0], paths["scoring"], ignore=only_source)
            mlflow.pyfunc.log_model(
                name=f"model-{header['model']}",
                python_model=str(SCRIPT),
                artifacts={name: str(path) for name, path in paths.items()},
                pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in REQUIREMENTS],
            )
        logged = _logged_model(client, run)
        if logged is not None and not has_onnx(client, logged):
            log_onnx(client, logged, onnx)


def _is_logged(client: MlflowClient, run: str) -> bool:
    """Whether a run has logged its model and the ONNX form of it."""
    logged = _logged_model(client, run)
    return logged is not None and has_onnx(client, logged)


def _logged_model(client: MlflowClient, run: str) -> str | None:
    """The id of the complete model that a run has logged."""
    experiment = client.get_run(run).info.experiment_id
    found = client.search_logged_models([experiment], filter_string=f"source_run_id = '{run}'")
    ready = [model.model_id for model in found if str(model.status) == "READY"]
    return ready[0] if ready else None


def _register(client: MlflowClient, pipeline: str, model: int, run: str) -> Any:
    """Create the registered model where it is missing, and the version."""
    if not client.search_registered_models(f"name = '{pipeline}'"):
        client.create_registered_model(pipeline)
    logged = _logged_model(client, run)
    tags = {MODEL_TAG: str(model)}
    return client.create_model_version(pipeline, f"models:/{logged}", run_id=run, tags=tags, model_id=logged)
