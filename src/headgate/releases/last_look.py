"""What the last look at a trial found, read without a JVM."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headgate.spec.settings import Settings

FOLDER = "trials"


def trial_file(reports: Path, pipeline: str, release: int) -> Path:
    """`<reports>/<pipeline>/trials/<release>.json`, named after the release that began the trial."""
    return reports / pipeline / FOLDER / f"{release}.json"


def last_look(settings: Settings, pipeline: str, release: int) -> dict[str, Any] | None:
    """What the last look at a trial found (see `look`); None before the first."""
    path = trial_file(settings.reports, pipeline, release)
    found: dict[str, Any] | None = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    return found
