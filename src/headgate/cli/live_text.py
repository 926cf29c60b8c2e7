"""The live figures as a table."""

from __future__ import annotations

from rich.table import Table

from headgate.monitoring.live_day import LiveDay
from headgate.monitoring.live_table import PROVISIONAL, TEXTS, cells, headings


def days_table(days: list[LiveDay], currency: str | None) -> Table:
    """A row a day and role; figures that are not known yet stay empty."""
    table = Table(*headings(currency))
    for column in table.columns[TEXTS:]:
        column.justify = "right"
    for day in days:
        table.add_row(*cells(day, currency))
    if any(day.provisional for day in days):
        table.caption = PROVISIONAL
    return table
