"""The landing files that a pipeline has archived: `ops.files`, which never expires."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.spec.settings import Settings

REQUEST = "request"
"""The kind of what is archived like a file, and is a request about rows in quarantine."""


@dataclass(frozen=True)
class KnownFile:
    """One archived revision of a landing file, or a request (see `headgate.lake.tables.FILES_TYPES`)."""

    number: int
    path: str
    feed: str
    kind: str
    hour: datetime | None
    revision: int
    supersedes: bool
    size: int
    modified_ns: int
    sha256: str
    rows: int
    load_started_at: datetime | None


class KnownFiles:
    """The newest revision of every archived file, read once, without a JVM."""

    def __init__(self, settings: Settings, pipeline: str) -> None:
        rows = [KnownFile(**row) for row in read_rows(table_path(settings.lake, pipeline, "ops.files"))]
        self.all = sorted(rows, key=lambda file: (file.path, file.revision))
        self.newest = {file.path: file for file in self.all}

    def loads(self, feed: str) -> list[KnownFile]:
        """The archived files of a feed's full loads, but for those that were mended while they were open."""
        gone = self.superseded(feed)
        return [
            file
            for file in self.all
            if file.feed == feed
            and file.load_started_at is not None
            and (file.path, file.revision) not in gone
        ]

    def revised(self) -> set[str]:
        """The feeds of which some row has a revision above 0: a file was mended, or rows re-entered."""
        return {f.feed for f in self.all if f.revision > 0 or f.kind == REQUEST}

    def superseded(self, feed: str) -> set[tuple[str, int]]:
        """The revisions of files, by path, that were mended while they were open."""
        return {(f.path, f.revision - 1) for f in self.all if f.feed == feed and f.supersedes}

    def checksums(self) -> dict[str, str]:
        """SHA-256 -> path of the archived files that have content."""
        return {f.sha256: f.path for f in self.all if f.size > 0}
