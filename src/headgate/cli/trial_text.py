"""A trial as lines and a table of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.table import Table

from headgate.releases.release_rows import Release


def trial_lines(begun: Release, found: dict[str, Any] | None) -> Iterator[str]:
    """Who is on trial since when, and each check with what it found."""
    since = f"{datetime.fromisoformat(begun.frontier):%Y-%m-%d %H:%M}"
    yield f"version {begun.version} (model {begun.model}) is on trial since {since}, by {begun.decided_by}"
    if found is None:
        yield "nobody has looked at it yet: the learning DAG does each time"
        return
    for reason in found["reasons"]:
        yield f"  {'yes' if reason['passed'] else 'not yet'}: {reason['said']}"


def trial_table(found: dict[str, Any]) -> Table:
    """One line a day: by how much the log loss was lower than the champion's, and the evidence after it."""
    table = Table("day", "rows", "log loss gained", "evidence")
    for day in found["days"]:
        table.add_row(day["day"], f"{day['rows']:,}", f"{day['gain']:+.4f}", f"{day['evidence']:.2f}")
    return table
