"""Which landing files a bronze run takes: those of its hours that are not archived yet, and mended ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from headgate.hops.known_files import KnownFile, KnownFiles
from headgate.ingest.formats.format import OPERATION
from headgate.ingest.formats.format_of import format_of
from headgate.ingest.landing import (
    LandingFile,
    RefusedFile,
    UnusableHeader,
    checksum,
    look_at_landing,
    not_utf8,
    readable,
    still_as_listed,
)
from headgate.spec.column_users import told_users
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import NAME_PATTERN


@dataclass
class Choice:
    """The files of one feed that are taken, with the revision that each gets, and what was noticed.

    `evolved` are columns that the archive gets. Of `unreadable` files not even the header can be told: they
    bring no rows, and close the gate.
    """

    files: list[LandingFile] = field(default_factory=list)
    revisions: dict[str, int] = field(default_factory=dict)
    supersedes: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    evolved: list[str] = field(default_factory=list)
    checksums: dict[str, str] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def readable(self) -> list[LandingFile]:
        """The files of which rows can be read."""
        return [file for file in self.files if file.path not in self.unreadable]

    def undated(self, why: dict[str, str]) -> None:
        """Note files of a full load, by path, that do not say when it was taken, and why not.

        It has no place in the order of changes, so it is not taken, and the gate closes.
        """
        self.unreadable |= set(why)
        for file in self.files:
            if file.path in why:
                detail = f"{why[file.path]}: mend it, or say load_taken_at for the feed"
                self.findings.append(_finding("files.load_time", "close", file, detail))

    def postponed(self, loads: list[LandingFile], taken: datetime) -> None:
        """Note full loads that were taken after the run's hours: a later run takes them, and judges them."""
        later = {file.path for file in loads}
        self.files = [file for file in self.files if file.path not in later]
        self.findings = [finding for finding in self.findings if finding["file"] not in later]
        detail = f"left for the hour {taken:%Y-%m-%dT%H}: its last row was transferred {taken:%H:%M:%S}"
        self.findings += [_finding("files.load_time", "warn", file, detail) for file in loads]


def choose_files(
    landing: Path,
    loaded: LoadedPipeline,
    name: str,
    known: KnownFiles,
    frontier: datetime | None,
    end: datetime,
    *,
    take_new: bool,
    open_publishes: frozenset[int],
    diverted: frozenset[tuple[str, str]] = frozenset(),
) -> Choice:
    """Choose among a feed's files whose hour ends at or before `end`; full loads are all candidates.

    A known file that changed is taken again, as its next revision, in place of the one before where that was
    archived with one of the `open_publishes`, whose hours are not through. A full load is taken afterwards
    too (a new load); another file is refused then.
    `take_new` is false once bronze is published for these hours: then only mended files are taken. `diverted`
    are files, path and SHA-256, that a decision put aside: they are left alone until they change. Raises
    UnreadableFile, and StillWritten for a file that changes or goes away meanwhile.
    """
    choice = Choice()
    seen = known.checksums()
    listed, refused = look_at_landing(landing, name, format_of(loaded.spec.feeds[name]).extensions)
    for other in refused:
        if other.hour is None or other.hour + HOUR <= end:
            choice.findings.append(
                _finding("files.taken", "close" if other.expected else "warn", other, other.why)
            )
    for file in listed:
        if file.hour is not None and file.hour + HOUR > end:
            continue
        before = known.newest.get(file.path)
        if before is None and not take_new:
            continue
        if before is not None and (before.size, before.modified_ns) == (file.size, file.modified_ns):
            continue
        digest = checksum(landing, file.path)
        if before is not None and before.sha256 == digest:
            continue
        ahead = file.hour is None or frontier is None or file.hour + HOUR > frontier
        if (file.path, digest) in diverted:
            if file.hour is not None and ahead:
                choice.findings.append(_finding("files.diverted", "warn", file, "put aside by a decision"))
            continue
        is_open = before is not None and before.number in open_publishes
        if before is not None and file.hour is not None and not is_open:
            choice.findings.append(
                _finding("files.unchanged", "warn", file, "changed after its hour was done: refused")
            )
            continue
        with readable(landing, file.path):
            _judge(landing, file, loaded, seen.get(digest), choice)
        still_as_listed(landing, [file])
        choice.files.append(file)
        choice.checksums[file.path] = digest
        choice.revisions[file.path] = 0 if before is None else before.revision + 1
        if is_open:
            choice.supersedes.add(file.path)
    return choice


def _judge(
    landing: Path, file: LandingFile, loaded: LoadedPipeline, same_as: str | None, choice: Choice
) -> None:
    feed = loaded.spec.feeds[file.feed]
    wrong = not_utf8(landing, file.path) if format_of(feed).is_text else None
    if wrong:
        choice.findings.append(_finding("files.encoding", "close", file, wrong))
    try:
        names = [name.lower() for name in format_of(feed).names(landing, file.path)]
    except UnusableHeader as error:
        choice.findings.append(_finding("files.header", "close", file, str(error)))
        choice.unreadable.add(file.path)
        return
    if not names:
        choice.findings.append(_finding("files.not_empty", "warn", file, "no header: an empty file"))
        if file.kind == "load":
            choice.unreadable.add(file.path)
        return
    required = [*feed.key, feed.committed_at, *([feed.sequence] if feed.sequence else [])]
    if file.kind == "changes":
        required.append(OPERATION)
    missing = [name for name in required if name not in names]
    if missing:
        choice.findings.append(
            _finding("files.header", "close", file, f"columns missing: {', '.join(missing)}")
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        shown = f"columns repeated: {len(repeated) if missing else ', '.join(repeated)}"
        choice.findings.append(_finding("files.header", "close", file, shown))
    _judge_columns(file, loaded, names, required, choice)
    if same_as is not None and same_as != file.path:
        choice.findings.append(_finding("files.distinct", "warn", file, f"same bytes as {same_as}"))


def _judge_columns(
    file: LandingFile, loaded: LoadedPipeline, names: list[str], required: list[str], choice: Choice
) -> None:
    """Note columns that the contract does not have, and those that only it has.

    Where a column is missing that every file has, the first line may be a row: its texts are counted only.
    """
    feed = loaded.spec.feeds[file.feed]
    policy, columns = feed.on_schema_change, loaded.contracts[f"bronze.{file.feed}"].columns
    unknown = [name for name in names if name not in {*columns, *required, OPERATION, ""}]
    missing = [name for name in columns if name not in names and name not in required]
    told = _listed(unknown) if set(required) <= set(names) else f"{len(unknown):,}"
    if policy == "evolve":
        choice.evolved += [name for name in unknown if re.fullmatch(NAME_PATTERN, name)]
    closes = missing and policy != "evolve"
    if unknown and not (closes or policy == "fail"):
        detail = "new in bronze, as text" if policy == "evolve" else "kept in _rescued"
        shown = f"unknown columns, {detail}: {told}"
        choice.findings.append(_finding("files.columns", "warn", file, shown))
        unknown = []
    if missing and not closes:
        shown = f"columns missing, read as null: {_listed(missing)}"
        choice.findings.append(_finding("files.columns", "warn", file, shown))
    if closes or (unknown and policy == "fail"):
        parts = [f"columns missing: {_listed(missing)}"] if missing else []
        parts += [f"unknown columns: {told}"] if unknown else []
        users = told_users(loaded, file.feed, missing)
        shown = "; ".join([*parts, users] if users else parts)
        choice.findings.append(_finding("files.columns", "close", file, shown))


def _listed(names: list[str], most: int = 10) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def _finding(rule: str, on_fail: str, file: LandingFile | RefusedFile, detail: str) -> dict[str, Any]:
    return {"rule": rule, "on_fail": on_fail, "feed": file.feed, "file": file.path, "detail": detail}


def archived_file(
    file: LandingFile, choice: Choice, number: int, rows: int, load_started_at: datetime | None
) -> KnownFile:
    """The line of `ops.files` for a file that is taken."""
    return KnownFile(
        number=number,
        path=file.path,
        feed=file.feed,
        kind=file.kind,
        hour=file.hour,
        revision=choice.revisions[file.path],
        supersedes=file.path in choice.supersedes,
        size=file.size,
        modified_ns=file.modified_ns,
        sha256=choice.checksums[file.path],
        rows=rows,
        load_started_at=load_started_at,
    )
