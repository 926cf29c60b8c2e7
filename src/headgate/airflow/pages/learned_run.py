"""Where the candidate of a learning run is in MLflow."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from fastapi.responses import RedirectResponse, Response

from headgate.airflow.pages.access import User, require_reader
from headgate.airflow.pages.mlflow_pages import mlflow_server, model_page
from headgate.airflow.pages.render import page
from headgate.spec.settings import Settings

ATTEMPT = re.compile("[0-9a-f]{16}")
RELEASE = "release.json"
"""What an evaluation leaves in the attempt's folder: `{"model", "version", "run"}`."""


def learned(user: User, pipeline: str, attempt: str) -> Response:
    """On to the MLflow run of an attempt to learn; a page that says so where there is none."""
    require_reader(pipeline, user)
    settings = Settings()
    server, found = mlflow_server(settings), _release(settings, pipeline, attempt)
    if server is None or found is None:
        return page(
            "no_run.html",
            status=404,
            pipeline=pipeline,
            mlflow=model_page(settings, pipeline),
            here="learned",
        )
    return RedirectResponse(f"{server}/#/runs/{quote(str(found['run']), safe='')}", status_code=302)


def _release(settings: Settings, pipeline: str, attempt: str) -> dict[str, Any] | None:
    if not ATTEMPT.fullmatch(attempt):
        return None
    root = (settings.staging / pipeline / "model").resolve()
    path = (root / attempt / RELEASE).resolve()
    if not path.is_relative_to(settings.staging.resolve()) or not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
