"""Remove what the records of a pipeline say of a subject: statistics, messages of gates, requests."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from headgate.forgetting.found import Found
from headgate.forgetting.measure import RECORDS
from headgate.forgetting.mentioned import Mentioned
from headgate.hops.ledger import Ledger
from headgate.hops.requests import REQUESTS
from headgate.lake.append_record import compact_record, vacuum_record
from headgate.lake.clean_log import clean_log
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.lake.rewrite_record import Rows, rewrite_record
from headgate.lake.table_names import table_names
from headgate.spec.settings import Settings

TAKEN_OUT = "it named a subject that was forgotten"


def purge_messages(ledger: Ledger, mentioned: Mentioned) -> int:
    """Replace what lines of the ledger say where they name it. Returns how many texts there were."""
    changed = 0

    def cleaned(rows: Rows) -> Rows:
        nonlocal changed
        cleaned_rows = [
            {
                name: TAKEN_OUT if name in ("verdict", "why") and mentioned.in_text(value or "") else value
                for name, value in row.items()
            }
            for row in rows
        ]
        changed = sum(
            before[name] != after[name]
            for before, after in zip(rows, cleaned_rows, strict=True)
            for name in ("verdict", "why")
        )
        return cleaned_rows

    rewrite_record(ledger.path, cleaned)
    return changed


def purge_requests(settings: Settings, pipeline: str, found: Found, mentioned: Mentioned) -> int:
    """Take its rows, and texts that name it, out of requests about the quarantine; returns of how many."""
    path = table_path(settings.lake, pipeline, REQUESTS)
    gone = {feed: {(file, row) for file, row, _ in places} for feed, places in found.places.items()}
    changed = 0

    def cleaned(rows: Rows) -> Rows:
        nonlocal changed
        cleaned_rows = [_without(row, gone.get(row["feed"], set()), mentioned) for row in rows]
        changed = sum(before != after for before, after in zip(rows, cleaned_rows, strict=True))
        return cleaned_rows

    if current_version(path) is not None:
        rewrite_record(path, cleaned)
    return changed


def _without(request: dict[str, Any], gone: set[tuple[str, int]], mentioned: Mentioned) -> dict[str, Any]:
    """A request without the rows that are gone; without its values, too, where no other row is left."""
    changes = json.loads(request["changes"])
    left = [change for change in changes if (change[0], change[1]) not in gone]
    cleaned = dict(request)
    if len(left) < len(changes):
        cleaned["changes"] = json.dumps(left, ensure_ascii=False)
    if not left or mentioned.in_text(request["values"]):
        cleaned["values"] = "{}"
    if mentioned.in_text(request["why"] or ""):
        cleaned["why"] = TAKEN_OUT
    return cleaned


def purge_record_files(settings: Settings, pipeline: str, now: datetime) -> None:
    """Remove the files and the logs of all versions but the newest of each record."""
    for table in table_names(settings.lake, pipeline):
        if not table.startswith(RECORDS):
            continue
        path = table_path(settings.lake, pipeline, table)
        compact_record(path)
        vacuum_record(path, timedelta(0))
        clean_log(path, now, timedelta(0), None)
