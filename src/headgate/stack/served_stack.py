"""A stack that others start and stop, such as the one of docker-compose.yaml: where its servers answer."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "HEADGATE_SERVED_"
ENGINE_APPLICATION = "headgate-engine"
"""What the engine is called among the cluster's applications."""


class ServedStack(BaseSettings):
    """Read from `HEADGATE_SERVED_*` variables; printing it shows no secret.

    `airflow` and `mlflow` are the addresses for programs, `airflow_shown` and `mlflow_shown` those for
    people's browsers. `mlflow_changes` is the folder in which MLflow's server writes down
    what was asked of it. `engine` is a Spark Connect address with its token.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    airflow: str
    airflow_shown: str
    airflow_user: str
    airflow_password: SecretStr
    mlflow: str
    mlflow_shown: str
    mlflow_user: str
    mlflow_password: SecretStr
    mlflow_changes: Path
    engine: SecretStr


def served_stack() -> ServedStack | None:
    """The stack that the environment describes; None: the embedded one is meant."""
    if f"{PREFIX}AIRFLOW" not in os.environ:
        return None
    return ServedStack()
