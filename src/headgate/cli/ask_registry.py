"""One question to MLflow's registry of models."""

from __future__ import annotations

from typing import Any

import httpx

from headgate.releases.registry import MODEL_TAG
from headgate.spec.settings import Settings
from headgate.stack.addresses import mlflow_server

NO_SUCH = (400, 404)
"""What MLflow answers where it has no such model, version or alias."""

TIMEOUT = 30.0
"""Seconds to wait for MLflow where its answer is needed."""


def ask_registry(
    settings: Settings,
    question: str,
    parameters: dict[str, str],
    timeout: float = TIMEOUT,
    about: str = "model_version",
) -> dict[str, Any] | None:
    """The version that answers a `question` (`model-versions/get`, `registered-models/alias`), as MLflow
    tells it; None where there is no such. An answer about something else has it as `about`.

    Raises StackNotRunning, httpx.HTTPError."""
    answer = _ask(settings, question, parameters, timeout)
    if answer.status_code == httpx.codes.FORBIDDEN:
        # a server with accounts forbids versions of a model that it does not have
        model = _ask(settings, "registered-models/get", {"name": parameters["name"]}, timeout)
        answer = model if model.status_code in NO_SUCH else answer
    if answer.status_code in NO_SUCH:
        return None
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()[about]
    return found


def _ask(settings: Settings, question: str, parameters: dict[str, str], timeout: float) -> httpx.Response:
    server = mlflow_server(settings)
    return httpx.get(
        f"{server.address}/api/2.0/mlflow/{question}",
        params=parameters,
        auth=server.login,
        timeout=timeout,
        trust_env=False,
    )


def shown_model(version: dict[str, Any]) -> int | None:
    """The number in the model log of the model that a version shows, None where it shows none of the log."""
    number = next((tag["value"] for tag in version.get("tags", []) if tag["key"] == MODEL_TAG), None)
    return int(number) if number else None
