"""What there is of a subject: rows of the archive, keys that vanish, landing files; kept until it is gone."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from headgate.lake.write_whole import write_whole
from headgate.spec.settings import Settings

FOLDER = "forget"
Place = tuple[str, int, int]
"""A row of the archive: its file, its row, its revision."""


@dataclass
class Found:
    """`places` by feed; `keys`, as texts in the key's order, of rows that vanish, by silver table.

    `quarantined` are changes among them that rules kept apart, `unreadable` rows whose key could not be read
    and that hold the subject's values. `first_known`: since when any of it was known. `tables` is what was
    measured of each table before (see `measure`), `landing` the files that hold rows of it,
    `removed` how many attempts, reports, texts and statistics were removed so far.
    """

    places: dict[str, set[Place]] = field(default_factory=dict)
    keys: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    unreadable: int = 0
    first_known: datetime | None = None
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    landing: list[str] = field(default_factory=list)
    removed: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows of the archive it is."""
        return sum(len(places) for places in self.places.values())

    def add(self, feed: str, place: Place, known_at: datetime) -> None:
        """Note a row of the archive."""
        self.places.setdefault(feed, set()).add(place)
        if self.first_known is None or known_at < self.first_known:
            self.first_known = known_at


def plan_path(settings: Settings, pipeline: str, name: str) -> Path:
    """Where a forgetting under way keeps what it found; it names the subject, so the folder is private."""
    return settings.staging / pipeline / FOLDER / f"{name}.json"


def keep(settings: Settings, pipeline: str, name: str, found: Found) -> None:
    """Write what was found, complete or not at all."""
    path = plan_path(settings, pipeline, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    values = asdict(found)
    for part in ("places", "keys"):
        values[part] = {name: sorted(rows) for name, rows in values[part].items()}
    values["first_known"] = found.first_known.isoformat() if found.first_known else None
    write_whole(path, json.dumps(values))


def kept(settings: Settings, pipeline: str, name: str) -> Found | None:
    """What was found, if it is still there."""
    path = plan_path(settings, pipeline, name)
    if not path.is_file():
        return None
    values = json.loads(path.read_text(encoding="utf-8"))
    for part in ("places", "keys"):
        values[part] = {name: {tuple(row) for row in rows} for name, rows in values[part].items()}
    if values["first_known"]:
        values["first_known"] = datetime.fromisoformat(values["first_known"])
    return Found(**values)


def drop(settings: Settings, pipeline: str) -> None:
    """Remove whatever was found, also by a forgetting that died before it was on record."""
    shutil.rmtree(settings.staging / pipeline / FOLDER, ignore_errors=True)
