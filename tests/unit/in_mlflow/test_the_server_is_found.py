"""`mlflow server --app-name headgate`, as docker-compose.yaml says, finds the server that keeps a record."""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

import yaml

from headgate.spec.settings import REPOSITORY
from headgate.stack.mlflow_app import NAME, create_app, make_known


def test_it_is_among_the_apps(tmp_path: Path) -> None:
    make_known(tmp_path)
    found = [entry for package in distributions(path=[str(tmp_path)]) for entry in package.entry_points]
    assert [(entry.group, entry.name) for entry in found] == [("mlflow.app", "headgate")]
    assert found[0].load() is create_app
    service = yaml.safe_load((REPOSITORY / "docker-compose.yaml").read_text())["services"]["mlflow"]
    assert f"--app-name {NAME} " in service["command"]
    assert 'headgate.stack.mlflow_app "$packages"' in (REPOSITORY / "docker/Dockerfile").read_text()
