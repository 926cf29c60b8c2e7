"""Where a Headgate installation keeps its things: one object, read from `HEADGATE_*` variables."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import field_serializer, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from headgate.spec.lake_location import S3Location, lake_location
from headgate.spec.pipeline import Duration

REPOSITORY = Path(__file__).resolve().parents[3]


class Settings(BaseSettings):
    """Folders, connection names and how long things are kept; every default of the installation lives here.

    `keep_…` is what maintenance leaves: replaced versions of tables, staging, reports, Airflow's runs.

    `home` holds all state. The other folders default to places below it, so that naming
    `HEADGATE_HOME` alone is enough to run a second, separate stack. The `lake` may also be
    `s3://bucket/prefix`; how that is reached is said by `AWS_*` variables, see `headgate.lake.s3_access`.
    """

    model_config = SettingsConfigDict(env_prefix="HEADGATE_", frozen=True)

    home: Path = REPOSITORY / ".headgate"
    pipelines: Path = REPOSITORY / "pipelines"
    expectations: Path = REPOSITORY / "expectations"
    jobs: Path = REPOSITORY / "spark_jobs"
    landing: Path = Path()
    lake: Path | S3Location = Path()
    staging: Path = Path()
    reports: Path = Path()
    specs: Path = Path()
    engine_connection: str = "headgate_engine"
    cluster_connection: str = "headgate_cluster"
    mlflow_connection: str = "headgate_mlflow"
    airflow_database_connection: str = "headgate_airflow_database"
    keep_versions: Duration = timedelta(days=7)
    keep_staging: Duration = timedelta(days=7)
    keep_reports: Duration = timedelta(days=90)
    keep_runs: Duration = timedelta(days=90)

    @field_serializer("lake")
    def _as_text(self, lake: Path | S3Location) -> str:
        return str(lake)

    @model_validator(mode="before")
    @classmethod
    def _below_home(cls, values: dict[str, object]) -> dict[str, object]:
        home = Path(str(values.get("home") or REPOSITORY / ".headgate")).expanduser().resolve()
        values["home"] = home
        for name in ("landing", "staging", "reports", "specs"):
            values[name] = Path(str(values.get(name) or home / name)).expanduser().resolve()
        values["lake"] = lake_location(str(values.get("lake") or home / "lake"))
        return values
