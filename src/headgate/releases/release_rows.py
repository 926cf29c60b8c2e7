"""What the release log says, read without a JVM: one row per decision about what serves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.spec.settings import Settings

RELEASES = "ops.releases"


@dataclass(frozen=True)
class Release:
    """One row of the release log."""

    release: int
    decision: str
    version: int | None
    model: int | None
    previous_champion: int | None
    reasons: list[dict[str, Any]]
    pins: dict[str, int] = field(default_factory=dict)
    code: str = ""
    spec: str = ""
    frontier: str = ""
    gate_reports: dict[str, str] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)


def releases(settings: Settings, pipeline: str) -> list[Release]:
    """All releases, oldest first, read without a JVM."""
    rows = read_rows(table_path(settings.lake, pipeline, RELEASES))
    return sorted((_release(row) for row in rows), key=lambda release: release.release)


def serving(history: list[Release]) -> int | None:
    """The version that serves according to the log: that of the last promotion or move by hand."""
    moved = [release for release in history if release.decision in ("promote", "by_hand")]
    return moved[-1].version if moved else None


def _release(row: dict[str, Any]) -> Release:
    values = dict(row)
    for name in ("reasons", "evaluation"):
        values[name] = json.loads(values[name])
    for name in ("pins", "gate_reports"):
        values[name] = dict(values[name] or [])
    return Release(**values)
