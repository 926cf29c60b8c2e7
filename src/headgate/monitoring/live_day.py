"""The live figures as values; those of the last look back are kept for whoever reads without an engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from headgate.lake.write_whole import write_whole
from headgate.monitoring.live_query import MONEY
from headgate.spec.settings import Settings

FIGURES = ("auc", "log_loss", "mean_probability", "share", "calibration_error", *MONEY)
"""The figures of a day, besides counts."""


@dataclass(frozen=True)
class LiveDay:
    """One day of one role: see `live_query`. `figures` are those of FIGURES that are known."""

    day: date
    role: str
    versions: tuple[int | None, int | None]
    predictions: int
    too_late: int
    labelled: int
    provisional: bool
    figures: dict[str, float]


def live_days(rows: list[dict[str, Any]]) -> list[LiveDay]:
    """The days that `live_statement` gave."""
    return [
        LiveDay(
            day=row["day"],
            role=row["role"],
            versions=(row["first_version"], row["last_version"]),
            predictions=row["predictions"],
            too_late=row["too_late"],
            labelled=row["labelled"],
            provisional=row["provisional"],
            figures={name: float(row[name]) for name in FIGURES if row.get(name) is not None},
        )
        for row in rows
    ]


def keep_live_days(settings: Settings, pipeline: str, days: Sequence[LiveDay]) -> None:
    """Keep the days beside the pipeline's reports, instead of those that were kept before."""
    path = live_days_path(settings, pipeline)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(day) | {"day": day.day.isoformat()} for day in days]
    write_whole(path, json.dumps(rows, allow_nan=False))


def kept_live_days(settings: Settings, pipeline: str) -> list[LiveDay]:
    """The days as they were at the last look back, in order; none before the first."""
    path = live_days_path(settings, pipeline)
    rows = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [
        LiveDay(**row | {"day": date.fromisoformat(row["day"]), "versions": tuple(row["versions"])})
        for row in rows
    ]


def live_days_path(settings: Settings, pipeline: str) -> Path:
    """The file that holds them."""
    return settings.reports / pipeline / "live_figures.json"
