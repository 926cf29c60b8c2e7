"""List the landing files of a feed, and fingerprint them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from headgate.spec.errors import HeadgateError

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

    Full loads are `<feed>/LOAD00000001.csv`, changes `<feed>/YYYY/MM/DD/HH/<name>.csv`, by UTC hour.
    """
    root = landing / feed
    found = []
    for path in sorted(root.glob("LOAD*.csv")) + sorted(root.glob("[0-9]*/[0-9]*/[0-9]*/[0-9]*/*.csv")):
        relative = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            continue
        status = path.stat()
        is_load = _LOAD.fullmatch(relative) is not None
        hour = None if is_load else _hour_in(relative)
        if is_load or hour is not None:
            found.append(
                LandingFile(
                    path=f"{feed}/{relative}",
                    feed=feed,
                    kind="load" if is_load else "changes",
                    hour=hour,
                    size=status.st_size,
                    modified_ns=status.st_mtime_ns,
                )
            )
    return found


def _hour_in(relative: str) -> datetime | None:
    """The hour that a path of changes names; None for a path that names no hour."""
    try:
        return datetime.strptime(relative[:13], "%Y/%m/%d/%H").replace(tzinfo=UTC)
    except ValueError:
        return None


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
