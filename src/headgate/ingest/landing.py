"""List the landing files of a feed, and fingerprint them."""

from __future__ import annotations

import codecs
import csv
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import Literal

from headgate.spec.errors import HeadgateError

_LOAD = re.compile(r"LOAD[0-9A-Fa-f]{8}")
CSV = (".csv",)
_HOUR = re.compile(r"\d{4}/\d{2}/\d{2}/\d{2}/")
_PLAIN = re.compile(r"[^\x00-\x1f:\x7f\udc80-\udcff]+")
_UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".inprogress", "._copying_")
_BLOCK = 1 << 20
MOST_COLUMNS = 2000
"""Columns that a file may have: more are a broken header, or another kind of file."""


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
    """A landing file, or a folder of landing files, cannot be read."""


class StillWritten(HeadgateError):
    """A landing file changed while it was read."""


class UnusableHeader(Exception):
    """The first record of a file names no columns; the text says why."""


@dataclass(frozen=True)
class RefusedFile:
    """Something in a feed's folder that is not read, `path` as in LandingFile, and why not.

    `hour` is that of the folder it lies in, None where that names none. `expected`: by its place it would be
    a landing file, so that its rows are missed. Characters of the path that cannot be printed are escaped.
    """

    path: str
    feed: str
    hour: datetime | None
    why: str
    expected: bool


def list_landing(landing: Path, feed: str, extensions: tuple[str, ...] = CSV) -> list[LandingFile]:
    """All landing files of a feed, by path.

    Full loads are `<feed>/LOAD00000001.csv`, changes `<feed>/YYYY/MM/DD/HH/<name>.csv`, by UTC hour; other
    formats have other `extensions`.
    """
    return look_at_landing(landing, feed, extensions)[0]


def look_at_landing(
    landing: Path, feed: str, extensions: tuple[str, ...] = CSV
) -> tuple[list[LandingFile], list[RefusedFile]]:
    """The landing files of a feed, and whatever else lies in its folder, both by path.

    No link below the feed's folder is followed, so nothing outside of it is read. Names that begin with `.`
    or `_`, and those that writers give to files which are not finished, are passed over in silence.
    Raises UnreadableFile for a folder that cannot be read: what lies in it would be missed without a word.
    """
    root = landing / feed
    found: list[LandingFile] = []
    refused: list[RefusedFile] = []
    for path in _inside(root, extensions):
        relative = path.relative_to(root).as_posix()
        extension = path.suffix
        is_load = extension in extensions and _LOAD.fullmatch(relative.removesuffix(extension)) is not None
        hour = None if is_load else _hour_in(relative)
        in_place = is_load or (hour is not None and relative.count("/") == 4)
        expected = in_place and extension in extensions
        why = _why_refused(path, extensions, in_place=in_place)
        if why:
            refused.append(RefusedFile(_printable(f"{feed}/{relative}"), feed, hour, why, expected))
            continue
        status = _status(path)
        if status is None:  # it went away since the folder was read
            continue
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
    return found, refused


def _inside(root: Path, extensions: tuple[str, ...]) -> list[Path]:
    """Everything below a folder but its folders, besides folders that are named like files."""
    found = []
    for folder, folders, files in os.walk(root, onerror=_unreadable_folder):
        here = Path(folder)
        linked = [name for name in folders if (here / name).is_symlink()]
        named_as_files = [name for name in folders if name.endswith(extensions) and name not in linked]
        folders[:] = [name for name in folders if name not in {*linked, *named_as_files}]
        found += [here / name for name in (*files, *linked, *named_as_files) if not _is_unfinished(name)]
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _unreadable_folder(error: OSError) -> None:
    """Refuse a folder that is there and cannot be read."""
    if isinstance(error, FileNotFoundError):
        return
    raise _unreadable("folder", error.filename, error.filename, error) from error


def _unreadable(kind: str, name: str, where: Path | str, error: OSError) -> UnreadableFile:
    return UnreadableFile(
        what=f"The landing {kind} {name} cannot be read: {error.strerror}.",
        where=str(where),
        left="Nothing was archived; all published tables are as they were.",
        next_command=f"Make the {kind} readable, then clear bronze.stage with its downstream tasks.",
    )


def _status(path: Path) -> os.stat_result | None:
    """What the system says of a file; None where there is no regular file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status if S_ISREG(status.st_mode) else None


def _printable(path: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in path)


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "_")) or name.lower().endswith(_UNFINISHED)


def _why_refused(path: Path, extensions: tuple[str, ...], *, in_place: bool) -> str:
    """Why something is no landing file; empty where it is one."""
    if path.is_symlink():
        return "a link: put the file itself there"
    if path.is_dir():
        return "a folder with the name of a file"
    if path.exists() and not path.is_file():
        return "no regular file"
    if path.suffix not in extensions:
        return f"its name does not end with {' or '.join(extensions)}"
    if not in_place:
        load = f"LOAD<8 hexadecimal digits>{path.suffix}"
        return f"neither {load} nor in a folder YYYY/MM/DD/HH"
    if not _PLAIN.fullmatch(path.name):
        return "its name has a colon or a control character, or is not UTF-8: rename it"
    return ""


def _hour_in(relative: str) -> datetime | None:
    """The hour that a path of changes names; None for a path that names no hour."""
    if not _HOUR.match(relative):
        return None
    try:
        return datetime.strptime(relative[:13], "%Y/%m/%d/%H").replace(tzinfo=UTC)
    except ValueError:
        return None


def checksum(landing: Path, path: str) -> str:
    """The SHA-256 of a landing file's bytes.

    Raises UnreadableFile where the file cannot be opened, StillWritten where it is gone.
    """
    with readable(landing, path), (landing / path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def readable(landing: Path, path: str) -> Iterator[None]:
    """Say of a landing file that is read inside why that fails.

    Raises UnreadableFile where the system refuses, StillWritten where the file is gone.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise _still_written(landing, path, "is gone") from error
    except OSError as error:
        raise _unreadable("file", path, landing / path, error) from error


def still_as_listed(landing: Path, files: list[LandingFile]) -> None:
    """Make sure that files which were read are those which were listed.

    Raises StillWritten for a file that grew, shrank, was replaced or removed in the meantime.
    """
    for file in files:
        status = _status(landing / file.path)
        if status is None or (status.st_size, status.st_mtime_ns) != (file.size, file.modified_ns):
            changed = "changed while it was read: it is still being written"
            raise _still_written(landing, file.path, changed if status else "is gone")


@contextmanager
def as_listed(landing: Path, files: list[LandingFile]) -> Iterator[None]:
    """Say of what fails inside that one of the files changed or went away, where that is why.

    Raises StillWritten then; it says more than the trace of whoever read the file.
    """
    try:
        yield
    except Exception:
        still_as_listed(landing, files)
        raise


def _still_written(landing: Path, path: str, why: str) -> StillWritten:
    return StillWritten(
        what=f"The landing file {path} {why}.",
        where=str(landing / path),
        left="Nothing was archived; all published tables are as they were.",
        next_command="Nothing to do where it is complete by the next try. Let its writer name it "
        "`.<name>` until it is complete, or clear the task bronze.stage with its downstream tasks.",
    )


def header(landing: Path, path: str) -> list[str]:
    """The column names in a CSV file's first record that is not blank; none where there is no such record.

    Raises UnusableHeader where the record is not that of a CSV file.
    """
    with (landing / path).open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            names = next((record for record in csv.reader(file) if record), [])
        except csv.Error as error:
            raise UnusableHeader(str(error)) from error
    if len(names) > MOST_COLUMNS:
        raise UnusableHeader(f"{len(names):,} columns, more than {MOST_COLUMNS:,}")
    return names


def not_utf8(landing: Path, path: str) -> str | None:
    """Where a file stops being UTF-8, in words; None for a file that is UTF-8 to its end."""
    with (landing / path).open("rb") as file:
        start = file.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "not UTF-8 but UTF-16"
        file.seek(0)
        decoder, before, lines = codecs.getincrementaldecoder("utf-8")(), 0, 0
        while True:
            block = file.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                at = before - pending + error.start
                line = lines + block[: max(error.start - pending, 0)].count(b"\n") + 1
                return f"not UTF-8 at byte {at + 1:,}, in line {line:,}"
            if not block:
                return None
            before, lines = before + len(block), lines + block.count(b"\n")
