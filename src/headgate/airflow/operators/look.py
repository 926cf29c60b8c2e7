"""The look at the open trial; it passes on which version is to be decided."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow.operators.connect_job import ConnectJobOperator

TRIAL_KEY = "trial"
NO_TRIAL = "No model is on trial."


class LookOperator(ConnectJobOperator):
    """Runs the job, then reads the file `found` that it left: null, or what the look found.

    Where the trial says promote or hold, the version and the release that began the trial go into the XComs
    `version` and `trial`; else the task skips itself, and so what is behind it, and says why.
    """

    template_fields: Sequence[str] = (*ConnectJobOperator.template_fields, "found")

    def __init__(self, *, found: str, **task: Any) -> None:
        super().__init__(**task)
        self.found = found

    def execute(self, context: Context) -> None:
        """Look, and pass on what is to be decided."""
        super().execute(context)
        found = json.loads(Path(self.found).read_text(encoding="utf-8"))
        if found is None:
            raise AirflowSkipException(NO_TRIAL)
        if found["outcome"] == "wait":
            missing = "; ".join(reason["said"] for reason in found["reasons"] if not reason["passed"])
            raise AirflowSkipException(f"The trial of version {found['version']} goes on: {missing}")
        context["ti"].xcom_push(key="version", value=found["version"])
        context["ti"].xcom_push(key=TRIAL_KEY, value=found["release"])
