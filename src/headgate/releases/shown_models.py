"""What MLflow shows of a pipeline's models, found by what nobody can change by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.releases.onnx_artifact import ONNX_TAG
from headgate.releases.registry import MODEL_TAG
from headgate.releases.tracked_run import FINISHED

if TYPE_CHECKING:
    from mlflow import MlflowClient

PAGE = 1000


@dataclass(frozen=True)
class ShownModel:
    """The run and the registered version that show one model; `complete`: there is nothing to add.

    `logged`: the run's model is there, with its ONNX form.
    """

    run: str
    run_deleted: bool
    run_finished: bool
    run_tags: dict[str, str]
    logged: bool
    version: int | None = None
    version_tags: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether run, logged model and version are there."""
        return self.run_finished and self.logged and self.version is not None


def shown_models(client: MlflowClient, pipeline: str) -> dict[int, ShownModel]:
    """The models that MLflow shows, by their number in the model log.

    A run belongs to the model after which its logged model is named, `model-<number>`, or, while it has none,
    to the one that its tag says; a version belongs to its run. Of several the oldest counts.
    """
    from mlflow.entities import ViewType

    experiment = client.get_experiment_by_name(pipeline)
    if experiment is None:
        return {}
    if experiment.lifecycle_stage == "deleted":
        client.restore_experiment(experiment.experiment_id)
    ids = [experiment.experiment_id]
    logged = [
        model
        for model in _all(client.search_logged_models, experiment_ids=ids)
        if str(model.status) == "READY" and model.name.removeprefix("model-").isdigit()
    ]
    named = {model.source_run_id: int(model.name.removeprefix("model-")) for model in logged}
    with_onnx = {model.source_run_id for model in logged if ONNX_TAG in model.tags}
    versions = {
        version.run_id: version
        for version in sorted(
            _all(client.search_model_versions, filter_string=f"name = '{pipeline}'"),
            key=lambda version: -int(version.version),
        )
    }
    runs = _all(client.search_runs, experiment_ids=ids, run_view_type=ViewType.ALL)
    found: dict[int, ShownModel] = {}
    for run in sorted(runs, key=lambda run: -run.info.start_time):
        tag = run.data.tags.get(MODEL_TAG, "")
        number = named.get(run.info.run_id) or (int(tag) if tag.isdigit() else None)
        if number is None:
            continue
        version: Any = versions.get(run.info.run_id)
        found[number] = ShownModel(
            run=run.info.run_id,
            run_deleted=run.info.lifecycle_stage == "deleted",
            run_finished=run.info.status == FINISHED,
            run_tags=dict(run.data.tags),
            logged=run.info.run_id in with_onnx,
            version=int(version.version) if version else None,
            version_tags=dict(version.tags) if version else {},
        )
    return found


def _all(search: Callable[..., Any], **asked: Any) -> list[Any]:
    """Every page of what a search of MLflow's client gives."""
    page = search(**asked, max_results=PAGE)
    found = list(page)
    while page.token:
        page = search(**asked, max_results=PAGE, page_token=page.token)
        found += list(page)
    return found
