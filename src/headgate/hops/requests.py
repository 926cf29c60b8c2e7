"""Requests about rows in quarantine: `ops.requests`, one row a request, on record for good.

A request to replay or to dismiss rows is written here; the next run that takes new files takes it too, and
notes in `ops.files`, together with the rows that it archives, that it did.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from headgate.gates.quarantine import DISMISS
from headgate.hops.known_files import REQUEST, KnownFile, KnownFiles
from headgate.lake.append_record import append_arrow
from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.lake.transaction import Transaction
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

REQUESTS = "ops.requests"
APPLICATION = "headgate/requests"
SCHEMA = pa.schema(
    [
        ("request", pa.int64()),
        ("requested_at", pa.timestamp("us", tz="UTC")),
        ("requested_by", pa.string()),
        ("feed", pa.string()),
        ("table", pa.string()),
        ("action", pa.string()),
        ("why", pa.string()),
        ("values", pa.string()),
        ("changes", pa.string()),
    ]
)
"""`values`: a JSON object of column to new text. `changes`: a JSON list of [file, row, revision]."""


class RequestTakenElsewhere(HeadgateError):
    """Another request was recorded at the same moment."""


@dataclass(frozen=True)
class Request:
    """What is asked for some quarantined changes of one silver table.

    `action` is replay or dismiss; `values` are the columns that get a new text, as the source would have
    written it (empty: null). `changes` are (file, row, revision) of the archived rows.
    """

    request: int
    feed: str
    table: str
    action: str
    changes: tuple[tuple[str, int, int], ...]
    why: str = ""
    values: dict[str, str] = field(default_factory=dict)
    requested_by: str = ""
    requested_at: datetime | None = None

    @property
    def path(self) -> str:
        """What the request is called in `ops.files`, which says which requests were taken."""
        return f"requests/{self.request}"

    @property
    def mark(self) -> str:
        """What the request is called in `_request` of the rows that re-entered by it."""
        return f"{self.action} {self.request}"

    def archived(self, rows: int) -> KnownFile:
        """The line of `ops.files` that says that the request was taken."""
        return KnownFile(0, self.path, self.feed, REQUEST, None, 0, False, 0, 0, "", rows, None)


def requests(settings: Settings, pipeline: str) -> list[Request]:
    """All requests, oldest first, read without a JVM."""
    rows = read_rows(table_path(settings.lake, pipeline, REQUESTS))
    return sorted((_request(row) for row in rows), key=lambda request: request.request)


def waiting(settings: Settings, pipeline: str, known: KnownFiles) -> list[Request]:
    """The requests that no run has taken yet, oldest first."""
    return [r for r in requests(settings, pipeline) if r.path not in known.newest]


def rows_in(asked: Iterable[Request]) -> set[tuple[str, int]]:
    """File and row of everything that some requests are about."""
    return {(file, row) for request in asked for file, row, _ in request.changes}


def dismissals(settings: Settings, pipeline: str, table: str) -> list[str]:
    """What `_request` says of rows that were dismissed from the quarantine of a silver table."""
    return [r.mark for r in requests(settings, pipeline) if r.table == table and r.action == DISMISS]


def append_request(settings: Settings, pipeline: str, request: Request) -> Request:
    """Put a request on record, as the next one; returns it with its number.

    Raises RequestTakenElsewhere where another one got that number.
    """
    number = max((r.request for r in requests(settings, pipeline)), default=0) + 1
    row: dict[str, Any] = {**asdict(request), "request": number, "requested_at": datetime.now(UTC)}
    for name in ("values", "changes"):
        row[name] = json.dumps(row[name], ensure_ascii=False)
    path = table_path(settings.lake, pipeline, REQUESTS)
    append_arrow(pa.Table.from_pylist([row], schema=SCHEMA), path, Transaction(APPLICATION, number))
    written = next(r for r in requests(settings, pipeline) if r.request == number)
    if (written.action, written.changes, written.values) != (request.action, request.changes, request.values):
        raise RequestTakenElsewhere(
            what=f"Another request about the quarantine of {pipeline} was recorded at the same moment.",
            where=f"{pipeline}_{REQUESTS}, request {number}",
            left="This request is not on record; nothing was changed.",
            next_command="Ask again.",
        )
    return written


def _request(row: dict[str, Any]) -> Request:
    values = dict(row)
    values["values"] = json.loads(values["values"])
    values["changes"] = tuple(
        (file, line, revision) for file, line, revision in json.loads(values["changes"])
    )
    return Request(**values)
