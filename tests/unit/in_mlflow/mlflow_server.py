"""MLflow's server with accounts, as the compose stack runs it, in this process with a database of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from headgate.spec.settings import REPOSITORY
from headgate.stack.access import read_access
from headgate.stack.mlflow_accounts import PIPELINES, apply_to_mlflow, ensure_account

API = "/api/2.0/mlflow"
PASSWORD = "a-long-enough-one"
PEOPLE = {"adam": "Admin", "eva": "Engineer", "sam": "Scientist", "vic": "Viewer"}


class MlflowServer:
    """The server with the roles of access.yaml, PEOPLE, and what a pipeline has recorded.

    All passwords are PASSWORD. The pipeline is `flights`: `experiment` and `run` are its ids, it has a
    registered model.
    """

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.changes = folder / "changes"
        self.changes.mkdir()
        config = (REPOSITORY / "docker/mlflow-auth.ini").read_text()
        accounts = f"sqlite:///{folder}/accounts.db"
        (folder / "auth.ini").write_text(
            config.replace("postgresql+psycopg2://mlflow@postgres/mlflow_accounts", accounts)
        )
        variables = {
            "MLFLOW_AUTH_CONFIG_PATH": folder / "auth.ini",
            "MLFLOW_AUTH_ADMIN_USERNAME": "admin",
            "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
            "MLFLOW_CHANGES": self.changes,
            "MLFLOW_SHOWN": "https://mlflow.example.org",
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "secret",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db",
            "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
            "_MLFLOW_SERVER_ARTIFACT_DESTINATION": f"file://{folder}/artifacts",
            "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
            "_MLFLOW_SGI_NAME": "uvicorn",
            "MLFLOW_SERVER_ALLOWED_HOSTS": "",  # set by the server itself, and taken back with these
            "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "",
        }
        for module in [name for name in sys.modules if name.split(".")[:2] == ["mlflow", "server"]]:
            patch.delitem(sys.modules, module)  # it reads variables when it is imported
        for name, value in variables.items():
            patch.setenv(name, str(value))
        if "flask_wtf.csrf" not in sys.modules:  # the image alone has it, for a page that no test opens
            forms, csrf = ModuleType("flask_wtf"), ModuleType("flask_wtf.csrf")
            csrf.CSRFProtect = type("CSRFProtect", (), {"init_app": lambda *_: None})  # type: ignore[attr-defined]
            patch.setitem(sys.modules, "flask_wtf", forms)
            patch.setitem(sys.modules, "flask_wtf.csrf", csrf)
        from headgate.stack.mlflow_app import create_app

        self.app = create_app()
        access = read_access(REPOSITORY / "access.yaml").model_copy(update={"accounts": PEOPLE})
        ensure_account(self.of("admin"), PIPELINES, PASSWORD)
        apply_to_mlflow(self.of("admin"), access, dict.fromkeys(PEOPLE, PASSWORD))
        self.experiment = self.told(PIPELINES, "experiments/create", name="flights")["experiment_id"]
        made = self.told(PIPELINES, "runs/create", experiment_id=self.experiment)
        self.run = made["run"]["info"]["run_id"]
        self.told(PIPELINES, "registered-models/create", name="flights")

    def told(self, user: str, path: str, **fields: Any) -> dict[str, Any]:
        """The answer to a POST that must succeed."""
        answer = self.of(user).post(f"{API}/{path}", json=fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def last(self, user: str) -> dict[str, Any]:
        """What was written down last of an account."""
        return next(line for line in reversed(self.lines()) if line["who"] == user)

    def of(self, user: str) -> httpx.Client:
        """A client for an account."""
        client = TestClient(self.app, base_url="http://localhost", raise_server_exceptions=False)
        client.auth = (user, PASSWORD)
        return client

    def lines(self) -> list[dict[str, Any]]:
        """What was written down, oldest first."""
        paths = sorted(self.changes.glob("*.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_text().splitlines()]
