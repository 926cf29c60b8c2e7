"""A model's report among the pages that Airflow shows: a copy of the artifact in MLflow."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.lake.write_whole import write_whole

if TYPE_CHECKING:
    from mlflow import MlflowClient

REPORT = "report.html"
FOLDER = "models"


def report_page(reports: Path, pipeline: str, model: int) -> Path:
    """`<reports>/<pipeline>/models/<number>.html`."""
    return reports / pipeline / FOLDER / f"{model}.html"


def keep_report(client: MlflowClient, run: str, reports: Path, pipeline: str, model: int) -> None:
    """Put the report of a finished run among the pages, complete or not at all; repeating it changes nothing.

    A run that was finished without a report, by an earlier Headgate, has none to give.
    """
    if not any(artifact.path == REPORT for artifact in client.list_artifacts(run)):
        return
    page = report_page(reports, pipeline, model)
    page.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        write_whole(page, Path(client.download_artifacts(run, REPORT, folder)).read_bytes())
