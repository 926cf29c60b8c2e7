"""Which version serves, as MLflow's registry says."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from headgate.releases.registry import CHAMPION, MODEL_TAG
from headgate.spec.settings import Settings
from headgate.stack.addresses import mlflow_server
from headgate.stack.errors import StackNotRunning

ALIAS_PATH = "/api/2.0/mlflow/registered-models/alias"
NO_SUCH = (400, 404)
TIMEOUT = 30.0
"""Seconds to wait for MLflow where its answer is needed."""

QUICK = 5.0
"""Seconds to wait where it need not be running."""


@dataclass(frozen=True)
class Champion:
    """`answered`: whether MLflow could be asked. `version`: what serves, if anything does; `model`: its
    number in the model log, None where it shows no model of the log."""

    answered: bool
    version: int | None = None
    model: int | None = None


def ask_for_champion(settings: Settings, pipeline: str, timeout: float = TIMEOUT) -> Champion:
    """Ask the registry what is under the alias `champion`. Raises StackNotRunning, httpx.HTTPError."""
    server = mlflow_server(settings)
    answer = httpx.get(
        f"{server.address}{ALIAS_PATH}",
        params={"name": pipeline, "alias": CHAMPION},
        auth=server.login,
        timeout=timeout,
        trust_env=False,
    )
    if answer.status_code in NO_SUCH:
        return Champion(answered=True)
    answer.raise_for_status()
    found = answer.json()["model_version"]
    number = next((tag["value"] for tag in found.get("tags", []) if tag["key"] == MODEL_TAG), None)
    return Champion(True, int(found["version"]), int(number) if number else None)


def registered_champion(settings: Settings, pipeline: str) -> Champion:
    """The same where MLflow need not be running: then nobody has answered."""
    try:
        return ask_for_champion(settings, pipeline, QUICK)
    except (StackNotRunning, httpx.HTTPError):  # told as such: the health of MLflow says why
        return Champion(answered=False)
