"""The live figures as a table."""

from __future__ import annotations

from rich.table import Table

from headgate.monitoring.live_figures import LiveDay
from headgate.monitoring.live_query import MONEY


def days_table(days: list[LiveDay], currency: str | None) -> Table:
    """A row a day and role; figures that are not known yet stay empty."""
    money = [] if currency is None else [f"{currency} per 1,000", "never acting", "always acting"]
    table = Table(
        "day", "role", "versions", "predictions", "judged", "AUC", "log loss", "calibration", *money
    )
    for column in table.columns[3:]:
        column.justify = "right"
    for day in days:
        first, last = day.versions
        versions = f"{first}" if first == last else f"{first} to {last}"
        cells = [_said(day, name, ",.3f") for name in ("auc", "log_loss", "calibration_error")]
        costs = [_said(day, name, ",.0f") for name in MONEY]
        table.add_row(
            f"{day.day}{' *' if day.provisional else ''}",
            day.role,
            versions,
            f"{day.predictions:,}",
            f"{day.labelled:,}",
            *cells,
            *(costs if money else []),
        )
    if any(day.provisional for day in days):
        table.caption = "* provisional: not all labels of the day can be known yet"
    return table


def _said(day: LiveDay, name: str, form: str) -> str:
    value = day.figures.get(name)
    return "" if value is None else f"{value:{form}}"
