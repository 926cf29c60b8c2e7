"""A model's report among the pages that Airflow shows: a copy of the artifact in MLflow."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

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
        text = Path(client.download_artifacts(run, REPORT, folder)).read_text(encoding="utf-8")
    temporary = page.with_name(f".{page.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(page)
