"""Which recorded model serves, as MLflow's registry says."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.errors import StackNotRunning

ALIAS_PATH = "/api/2.0/mlflow/registered-models/alias"
MODEL_TAG = "headgate.model"
NO_SUCH = (400, 404)
TIMEOUT = 5.0


@dataclass(frozen=True)
class Champion:
    """`answered`: whether MLflow could be asked. `model`: the champion's number in the model log, if any."""

    answered: bool
    model: int | None = None


def champion_model(settings: Settings, pipeline: str) -> Champion:
    """Ask the registry for the version under the alias `champion`; MLflow need not be running."""
    try:
        answer = httpx.get(
            f"{addresses(settings).mlflow}{ALIAS_PATH}",
            params={"name": pipeline, "alias": "champion"},
            timeout=TIMEOUT,
            trust_env=False,
        )
        if answer.status_code in NO_SUCH:
            return Champion(answered=True)
        answer.raise_for_status()
    except (StackNotRunning, httpx.HTTPError):  # told as such: the plan holds without it
        return Champion(answered=False)
    tags = answer.json()["model_version"].get("tags", [])
    number = next((tag["value"] for tag in tags if tag["key"] == MODEL_TAG), None)
    return Champion(True, int(number) if number else None)
