"""Skip what follows when learning found nothing new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException


class SkipUnchangedOperator(BaseOperator):
    """Skips itself, and so the tasks behind it, where the attempt's manifest says `{"changed": false}`."""

    template_fields: Sequence[str] = ("folder", "attempt")
    ui_color = "#e4e4ee"

    def __init__(self, *, folder: str, attempt: str, **task: Any) -> None:
        super().__init__(**task)
        self.folder = folder
        self.attempt = attempt

    def execute(self, context: Context) -> None:
        """Read the manifest, the last file that learning writes."""
        manifest = json.loads(Path(self.folder, self.attempt, "manifest.json").read_text(encoding="utf-8"))
        if not manifest["changed"]:
            nothing_new = "There is nothing new to learn: the newest model knows it all."
            raise AirflowSkipException(manifest.get("why", nothing_new))
