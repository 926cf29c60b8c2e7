"""An attempt: the immutable staging folder of one run of one hop, and the digest of what is in it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from headgate.hops.known_files import KnownFile
from headgate.lake.write_whole import write_whole
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HourRange
from headgate.spec.settings import Settings

UNREAD = "unread.json"
"""Names what a bronze attempt does not take, where it closes the gate: so that decisions tell them apart."""


class NoAttempt(HeadgateError):
    """The staging folder of an attempt is missing, incomplete or not the one that was judged."""


@dataclass(frozen=True)
class Manifest:
    """What stage did: the last file that it writes into an attempt.

    `hours` is the range that is replaced (gold: of as-of hours), `claimed` the range of the run,
    `inputs` the pinned versions read, `tables` the staged tables by `<layer>.<table>`, `findings` what the
    bronze stage noticed about files (feed, file, sha256 where it was chosen, rule, on_fail, detail),
    `scored_by` the models that scored (role, model, version), `taken_before` whether bronze took the files of
    these hours in an earlier run, so that what is staged are mended ones alone.
    """

    pipeline: str
    hop: str
    attempt: str
    hour: datetime
    claimed: HourRange
    hours: HourRange
    frontier: datetime | None
    inputs: dict[str, int]
    tables: list[str]
    digest: str
    bytes: int
    code: str
    spec: str
    seconds: float
    files: list[KnownFile] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    scored_by: list[dict[str, Any]] = field(default_factory=list)
    taken_before: bool = False


class Attempt:
    """Paths and records of one attempt below the staging folder."""

    def __init__(self, settings: Settings, pipeline: str, hop: str, name: str) -> None:
        self.pipeline, self.hop, self.name = pipeline, hop, name
        root = (settings.staging / pipeline / hop).resolve()
        self.folder = (root / name).resolve()
        if self.folder.parent != root:
            raise ValueError(f"{name!r} is no name of an attempt")

    def table(self, table: str) -> Path:
        """The folder of a staged table's Parquet files."""
        return self.folder / "tables" / table

    def clear(self) -> None:
        """Remove what an earlier, unfinished try of the same attempt left behind."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "tables").mkdir(parents=True)

    def digest(self) -> tuple[str, int]:
        """SHA-256 over names and bytes of all staged files, and their size in bytes."""
        total, size = hashlib.sha256(), 0
        for path in sorted([*self.folder.glob("tables/*/*.parquet"), *self.folder.glob(UNREAD)]):
            with path.open("rb") as file:
                own = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{path.relative_to(self.folder).as_posix()} {own}\n".encode())
            size += path.stat().st_size
        return total.hexdigest(), size

    def write_manifest(self, manifest: Manifest) -> None:
        """Write the manifest."""
        self.write_text(
            "manifest.json", json.dumps(_plain(dataclasses.asdict(manifest)), indent=1, sort_keys=True)
        )

    def manifest(self) -> Manifest:
        """Read the manifest. Raises NoAttempt where stage has not finished."""
        values: dict[str, Any] = json.loads(self.read_text("manifest.json"))
        for name in ("claimed", "hours"):
            values[name] = HourRange(
                _moment(values[name]["start"]), datetime.fromisoformat(values[name]["end"])
            )
        values["hour"] = datetime.fromisoformat(values["hour"])
        values["frontier"] = _moment(values["frontier"])
        for file in values["files"]:
            file["hour"], file["load_started_at"] = _moment(file["hour"]), _moment(file["load_started_at"])
        values["files"] = [KnownFile(**file) for file in values["files"]]
        return Manifest(**values)

    def write_text(self, name: str, content: str) -> None:
        """Write a small record, complete or not at all."""
        self.write_bytes(name, content.encode())

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a small record, complete or not at all."""
        write_whole(self.folder / name, content)

    def read_text(self, name: str) -> str:
        """Read a small record. Raises NoAttempt where it is missing."""
        return self.read_bytes(name).decode()

    def read_bytes(self, name: str) -> bytes:
        """Read a small record. Raises NoAttempt where it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise NoAttempt(
                what=f"The {self.hop} attempt {self.name} of {self.pipeline} has no {name}.",
                where=str(self.folder),
                left="Nothing was published from it.",
                next_command=f"Clear the task {self.hop}.stage of this run, with its downstream tasks.",
            )
        return path.read_bytes()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
