"""Remove what staging and reports hold of a subject."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from headgate.forgetting.found import FOLDER
from headgate.forgetting.mentioned import Mentioned
from headgate.spec.settings import Settings

KEPT = (FOLDER, "sessions")
"""What staging holds besides attempts."""


def purge_staging(settings: Settings, pipeline: str) -> int:
    """Remove all attempts: what waits is staged again. Returns how many there were."""
    attempts = [
        attempt
        for attempt in (settings.staging / pipeline).glob("*/*")
        if attempt.is_dir() and attempt.parent.name not in KEPT
    ]
    for attempt in attempts:
        shutil.rmtree(attempt)
    return len(attempts)


def purge_reports(settings: Settings, pipeline: str, mentioned: Mentioned) -> int:
    """Remove the validation reports whose samples name what is forgotten. Returns how many there were.

    Great Expectations' pages beside them hold no values of rows, reports of models no rows.
    """
    gone = [
        verdict
        for verdict in (settings.reports / pipeline).glob("*/*/*.json")
        if _names_it(verdict, mentioned)
    ]
    for verdict in gone:
        verdict.with_suffix(".html").unlink(missing_ok=True)
        verdict.unlink()
    return len(gone)


def _names_it(verdict: Path, mentioned: Mentioned) -> bool:
    content = json.loads(verdict.read_text(encoding="utf-8"))
    if mentioned.in_text(content["message"]):
        return True
    return any(mentioned.in_sample(sample) for rule in content["rules"] for sample in rule["samples"])
