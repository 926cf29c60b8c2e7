"""List the landing files of a feed, and fingerprint them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from headgate.spec.errors import HeadgateError

_CHANGES = re.compile(r"(\d{4})/(\d{2})/(\d{2})/(\d{2})/[^/]+\.csv")
_LOAD = re.compile(r"LOAD[0-9A-Fa-f]{8}\.csv")


@dataclass(frozen=True)
class LandingFile:
    """One file of a feed: `path` below the pipeline's landing folder, `hour` None for a full load."""

    path: str
    feed: str
    kind: Literal["load", "changes"]
    hour: datetime | None
    size: int
    modified_ns: int


class UnreadableFile(HeadgateError):
    """A landing file cannot be read."""


def list_landing(landing: Path, feed: str) -> list[LandingFile]:
    """All landing files of a feed, by path. Other names in the folder are left alone.

    Layout: `<feed>/LOAD00000001.csv` for full loads, `<feed>/YYYY/MM/DD/HH/<name>.csv` for changes, by UTC hour.
    """
    root = landing / feed
    found = []
    for path in sorted(root.glob("LOAD*.csv")) + sorted(root.glob("[0-9]*/[0-9]*/[0-9]*/[0-9]*/*.csv")):
        relative = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            continue
        status = path.stat()
        facts = (f"{feed}/{relative}", feed, status.st_size, status.st_mtime_ns)
        if _LOAD.fullmatch(relative):
            found.append(_file(*facts, kind="load", hour=None))
        elif match := _CHANGES.fullmatch(relative):
            found.append(_file(*facts, kind="changes", hour=datetime(*map(int, match.groups()), tzinfo=UTC)))  # type: ignore[arg-type]  # four numbers
    return found


def _file(
    path: str,
    feed: str,
    size: int,
    modified_ns: int,
    *,
    kind: Literal["load", "changes"],
    hour: datetime | None,
) -> LandingFile:
    return LandingFile(path=path, feed=feed, kind=kind, hour=hour, size=size, modified_ns=modified_ns)


def checksum(landing: Path, path: str) -> str:
    """The SHA-256 of a landing file's bytes.

    Raises UnreadableFile where the file cannot be opened.
    """
    try:
        with (landing / path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableFile(
            what=f"The landing file {path} cannot be read: {error.strerror}.",
            where=str(landing / path),
            left="Nothing was archived; all published tables are as they were.",
            next_command="Make the file readable and clear the task.",
        ) from error


def header(landing: Path, path: str) -> list[str]:
    """The column names in a CSV file's first record; none for an empty file."""
    import csv

    with (landing / path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])
