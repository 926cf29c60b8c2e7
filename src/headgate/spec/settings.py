"""Where a Headgate installation keeps its things: one object, read from `HEADGATE_*` variables."""

from __future__ import annotations

from pathlib import Path

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[3]


class Settings(BaseSettings):
    """Folders and connection names; every default of the installation lives here.

    `home` holds all state. The other folders default to places below it, so that naming
    `HEADGATE_HOME` alone is enough to run a second, separate stack.
    """

    model_config = SettingsConfigDict(env_prefix="HEADGATE_", frozen=True)

    home: Path = REPOSITORY / ".headgate"
    pipelines: Path = REPOSITORY / "pipelines"
    expectations: Path = REPOSITORY / "expectations"
    jobs: Path = REPOSITORY / "spark_jobs"
    landing: Path = Path()
    lake: Path = Path()
    staging: Path = Path()
    reports: Path = Path()
    specs: Path = Path()
    engine_connection: str = "headgate_engine"
    cluster_connection: str = "headgate_cluster"
    mlflow_connection: str = "headgate_mlflow"

    @model_validator(mode="before")
    @classmethod
    def _below_home(cls, values: dict[str, object]) -> dict[str, object]:
        home = Path(str(values.get("home") or REPOSITORY / ".headgate")).expanduser().resolve()
        values["home"] = home
        for name in ("landing", "lake", "staging", "reports", "specs"):
            values[name] = Path(str(values.get(name) or home / name)).expanduser().resolve()
        return values
