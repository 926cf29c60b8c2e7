"""Who was told what: `ops.alerts`, one row a try, so that nobody is told twice."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pyarrow as pa

from headgate.lake.append_record import append_arrow
from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.lake.transaction import Transaction
from headgate.spec.settings import Settings

ALERTS = "ops.alerts"
APPLICATION = "headgate/alerts"
WATCHING, SENDING, SENT, FAILED = "watching", "sending", "sent", "failed"
CLAIM_LASTS = timedelta(minutes=10)
"""How long whoever began to tell somebody has for it, before others take it for dead."""

SCHEMA = pa.schema(
    [
        ("line", pa.int64()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("key", pa.string()),
        ("kind", pa.string()),
        ("title", pa.string()),
        ("target", pa.string()),
        ("state", pa.string()),
        ("writer", pa.string()),
        ("error", pa.string()),
    ]
)
"""`line` counts from 1. `target` is the name of a connection. `state`: since when somebody is `watching` the
pipeline; whoever tells is `sending` first and then notes that it was `sent` or has `failed`, and why."""


@dataclass(frozen=True)
class AlertLine:
    """One row of the log; see `SCHEMA`."""

    line: int
    at: datetime
    key: str
    kind: str
    title: str
    target: str
    state: str
    writer: str
    error: str = ""


class AlertLog:
    """The log of one pipeline."""

    def __init__(self, settings: Settings, pipeline: str) -> None:
        self.path = table_path(settings.lake, pipeline, ALERTS)

    def lines(self) -> list[AlertLine]:
        """All lines, oldest first, read without a JVM."""
        return sorted((AlertLine(**row) for row in read_rows(self.path)), key=lambda line: line.line)

    def since(self, now: datetime) -> datetime:
        """Since when somebody looks at the pipeline; from `now` on where nobody did."""
        lines = self.lines()
        if not lines:
            self._append(lines, now, key="", kind="", title="", target="", state=WATCHING)
        return lines[0].at if lines else now

    def claim(self, key: str, kind: str, title: str, target: str, now: datetime) -> bool:
        """Whether it is the caller's turn to tell `target` of the cause `key`; that is on record then.

        Not where it was told, nor while somebody else is about to; where that failed, it is.
        """
        while True:
            lines = self.lines()
            told = [line for line in lines if (line.key, line.target) == (key, target)]
            if told and (told[-1].state == SENT or _at_work(told[-1], now)):
                return False
            if self._append(lines, now, key=key, kind=kind, title=title, target=target, state=SENDING):
                return True

    def note(self, key: str, kind: str, title: str, target: str, now: datetime, error: str = "") -> None:
        """Put on record how a claim ended: sent, or failed with an `error`."""
        state = FAILED if error else SENT
        values = {"key": key, "kind": kind, "title": title, "target": target, "state": state, "error": error}
        while not self._append(self.lines(), now, **values):
            pass

    def _append(self, lines: list[AlertLine], now: datetime, **values: Any) -> bool:
        """Write the line after `lines`; False where another writer was faster."""
        line = AlertLine(lines[-1].line + 1 if lines else 1, now, writer=uuid4().hex, **values)
        row = pa.Table.from_pylist([asdict(line)], SCHEMA)
        append_arrow(row, self.path, Transaction(APPLICATION, line.line))
        return any(written.writer == line.writer for written in self.lines())


def _at_work(line: AlertLine, now: datetime) -> bool:
    return line.state == SENDING and now - line.at < CLAIM_LASTS
