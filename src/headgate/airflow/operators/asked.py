"""Whether a decision is somebody's to approve, and what to ask."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow.operators.promote import version_of
from headgate.airflow.pages.paths import outside, page_address
from headgate.spec.command import as_typed

QUESTION = ("release", "subject", "body")
"""The XComs that hold the question."""


class AskedOperator(BaseOperator):
    """Reads the last decision about the run's version: an `ask` becomes a question, all else skips.

    The question tells what the release log holds, so it stays true.
    """

    ui_color = "#e4e4ee"

    def __init__(self, *, pipeline: str, **task: Any) -> None:
        super().__init__(**task)
        self.pipeline = pipeline

    def execute(self, context: Context) -> None:
        """Pass the question on."""
        from headgate.releases.release_rows import ASK, releases
        from headgate.spec.settings import Settings

        version = int(version_of(context["dag_run"].conf or {}))
        about = [row for row in releases(Settings(), self.pipeline) if row.version == version]
        if not about or about[-1].decision != ASK:
            raise AirflowSkipException("Nobody is asked: the rules decided.")
        row = about[-1]
        page = outside(page_address("releases", self.pipeline, str(row.release)))
        serves = (
            "Nothing serves" if row.previous_champion is None else f"Version {row.previous_champion} serves"
        )
        lines = [
            f"{serves}. Version {version} shows model {row.model}, with data up to {row.frontier[:16]}.",
            "",
            *(f"- {reason['check']}: {reason['said']}" for reason in row.reasons),
            "",
            f"More: [release {row.release}]({page}), "
            f"or `./headgate releases show {self.pipeline} {row.release}`.",
        ]
        subject = f"Let version {version} of {self.pipeline} serve?"
        for name, value in zip(QUESTION, (row.release, subject, as_typed("\n".join(lines))), strict=True):
            context["ti"].xcom_push(key=name, value=value)
