"""Whoever makes experiments of their own changes none of a pipeline's, by its runs or by its name."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.releases.comparison_runs import experiment_name
from headgate.releases.tuning_runs import tuning_experiment
from headgate.stack.mlflow_changes import OF_PIPELINES
from tests.unit.in_mlflow.mlflow_server import API, MlflowServer

WRITING = [
    ("runs/create", {"experiment_id": "{experiment}"}),
    ("runs/set-tag", {"run_id": "{run}", "key": "headgate.model", "value": "2"}),
    ("runs/update", {"run_id": "{run}", "status": "FINISHED"}),
    ("registered-models/set-tag", {"name": "flights", "key": "headgate.model", "value": "2"}),
]


@pytest.mark.parametrize(("path", "fields"), WRITING, ids=[path for path, _ in WRITING])
@pytest.mark.parametrize(("user", "status"), [("vic", 403), ("sam", 403), ("eva", 200), ("pipelines", 200)])
def test_what_a_pipeline_recorded_is_written_by_those_who_may_decide(
    mlflow: MlflowServer, user: str, status: int, path: str, fields: dict[str, str]
) -> None:
    told = {n: v.format(experiment=mlflow.experiment, run=mlflow.run) for n, v in fields.items()}
    assert mlflow.of(user).post(f"{API}/{path}", json=told).status_code == status


@pytest.mark.parametrize(
    "place",
    [
        "{experiment}/{run}/artifacts/evaluation.json",
        "{experiment}/models/m-1/artifacts/python_model.py",
        "%2531/{run}/artifacts/evaluation.json",
    ],
)
@pytest.mark.parametrize("way", ["/api/2.0", "/ajax-api/2.0"])
def test_a_scientist_writes_no_file_of_a_pipeline(mlflow: MlflowServer, way: str, place: str) -> None:
    path = place.format(experiment=mlflow.experiment, run=mlflow.run)
    answer = mlflow.of("sam").put(f"{way}/mlflow-artifacts/artifacts/{path}", content=b"{}")
    assert answer.status_code == 403


def test_a_scientist_does_everything_with_their_own(mlflow: MlflowServer) -> None:
    own = mlflow.told("sam", "experiments/create", name="trying")["experiment_id"]
    run = mlflow.told("sam", "runs/create", experiment_id=own)["run"]["info"]["run_id"]
    mlflow.told("sam", "runs/set-tag", run_id=run, key="tried", value="yes")
    path = f"/api/2.0/mlflow-artifacts/artifacts/{own}/{run}/artifacts/a.txt"
    assert mlflow.of("sam").put(path, content=b"words").status_code == 200
    mlflow.told("sam", "experiments/delete", experiment_id=own)
    assert mlflow.of("vic").post(f"{API}/experiments/create", json={"name": "seen"}).status_code == 403


NAMING: list[tuple[str, dict[str, Any]]] = [
    ("experiments/create", {"name": "flights"}),
    ("experiments/create", {"name": "flights_comparisons"}),
    ("experiments/update", {"experiment_id": "{own}", "new_name": "flights_tuning"}),
    ("experiments/update", {"experiment_id": "{own}", "newName": "flights_tuning"}),
    ("registered-models/create", {"name": "flights"}),
    ("registered-models/rename", {"name": "any", "new_name": "flights"}),
]


@pytest.mark.parametrize(("path", "fields"), NAMING)
@pytest.mark.parametrize("user", ["sam", "eva"])
def test_names_of_pipelines_are_kept_for_them(
    mlflow: MlflowServer, user: str, path: str, fields: dict[str, Any]
) -> None:
    told = {name: str(value).format(own="0") for name, value in fields.items()}
    name = told.get("new_name") or told.get("newName") or told["name"]
    answer = mlflow.of(user).post(f"{API}/{path}", json=told)
    assert (answer.status_code, answer.text) == (
        403,
        f"the name {name} is a pipeline's own, which its learning makes\n",
    )


def test_the_names_are_those_in_which_pipelines_record() -> None:
    names = {"flights", experiment_name("flights"), tuning_experiment("flights")}
    assert {f"flights{ending}" for ending in OF_PIPELINES} == names
