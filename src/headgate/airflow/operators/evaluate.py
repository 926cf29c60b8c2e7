"""The evaluation of a candidate; it passes the registered version on and links to report and MLflow run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperatorLink, Context

from headgate.airflow.links import ModelReportLink, ModelRunLink
from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.tracking import shown_address

VERSION_KEY = "version"


class EvaluateOperator(ConnectJobOperator):
    """Runs the job, then reads `release.json` of the attempt: `{"model", "version", "run"}`.

    The version goes into the XCom `version`, the model and the run's address into the links.
    """

    template_fields: Sequence[str] = (*ConnectJobOperator.template_fields, "folder", "attempt")
    operator_extra_links: Sequence[BaseOperatorLink] = (ModelReportLink(), ModelRunLink())

    def __init__(self, *, pipeline: str, folder: str, attempt: str, tracking: str, **task: Any) -> None:
        super().__init__(tracking=tracking, **task)
        self.pipeline = pipeline
        self.folder = folder
        self.attempt = attempt
        self.model: int | None = None
        self.run_address = ""

    def execute(self, context: Context) -> None:
        """Evaluate, and pass on what came of it."""
        super().execute(context)
        release = json.loads(Path(self.folder, self.attempt, "release.json").read_text(encoding="utf-8"))
        context["ti"].xcom_push(key=VERSION_KEY, value=release["version"])
        self.model = release["model"]
        if self.tracking is not None:
            self.run_address = f"{shown_address(self.tracking)}/#/runs/{release['run']}"
