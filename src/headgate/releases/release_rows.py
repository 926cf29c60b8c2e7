"""What the release log says, read without a JVM: one row per decision about what serves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.spec.settings import Settings

RELEASES = "ops.releases"
CHALLENGE = "challenge"
"""The decision that begins the trial of a challenger."""

ASK = "ask"
"""The decision that somebody has to approve of."""

ANSWERS = ("promote", "hold")
"""Decisions that end the wait for an approval."""

DECIDED = ("promote", "hold", ASK, CHALLENGE, "rollback", "repair")
"""Decisions that MLflow is told of: what was said of a candidate, its trial, ways back, and repairs."""

MOVES = ("promote", "by_hand", "rollback", "repair")
"""Decisions after which another version serves than before."""


@dataclass(frozen=True)
class Release:
    """One row of the release log: see `RELEASES_TYPES`."""

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
    tables: dict[str, int] = field(default_factory=dict)
    back_to: int | None = None
    decided_by: str = ""
    why: str = ""
    decided_at: datetime | None = field(default=None, compare=False)
    previous: str = field(default="", compare=False)
    hash: str = field(default="", compare=False)


def releases(settings: Settings, pipeline: str) -> list[Release]:
    """All releases, oldest first, read without a JVM."""
    rows = read_rows(table_path(settings.lake, pipeline, RELEASES))
    return sorted((_release(row) for row in rows), key=lambda release: release.release)


def serving(history: list[Release]) -> int | None:
    """The version that serves according to the log: that of the last move of the alias."""
    moved = last_move(history)
    return moved.version if moved else None


def last_move(history: list[Release]) -> Release | None:
    """The release by which what serves came to serve; None where nothing ever did."""
    moved = moves(history)
    return moved[-1] if moved else None


def moves(history: list[Release]) -> list[Release]:
    """The releases after which another version served than before, oldest first."""
    return [release for release in history if release.decision in MOVES]


def unanswered(history: list[Release]) -> list[Release]:
    """The decisions that wait for somebody's approval, oldest first."""
    return [asked for asked in history if asked.decision == ASK and answer_to(history, asked) is None]


def answer_to(history: list[Release], asked: Release) -> Release | None:
    """The decision that ended the wait of one that asked; None while it goes on."""
    later = history[asked.release :]
    return next((one for one in later if one.model == asked.model and one.decision in ANSWERS), None)


def _release(row: dict[str, Any]) -> Release:
    values = {name: value for name, value in row.items() if value is not None or name in _MAY_BE_EMPTY}
    for name in ("reasons", "evaluation"):
        values[name] = json.loads(values[name])
    for name in ("pins", "gate_reports", "tables"):
        values[name] = dict(values.get(name) or [])
    return Release(**values)


_MAY_BE_EMPTY = ("version", "model", "previous_champion")
