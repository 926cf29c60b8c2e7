"""The live figures as a table of texts: for the terminal and for the pages."""

from __future__ import annotations

from headgate.monitoring.live_day import LiveDay
from headgate.monitoring.live_query import MONEY

TEXTS = 3
"""The first columns hold words, the others figures."""

PROVISIONAL = "* provisional: not all labels of the day can be known yet"


def headings(currency: str | None) -> list[str]:
    """The columns; with costs, what acting by the scores cost in their currency, beside never and always."""
    money = [] if currency is None else [f"{currency} per 1,000", "never acting", "always acting"]
    return ["day", "role", "versions", "predictions", "judged", "AUC", "log loss", "calibration", *money]


def cells(day: LiveDay, currency: str | None) -> list[str]:
    """A day's row; figures that are not known yet stay empty."""
    first, last = day.versions
    figures = [_said(day, name, ",.3f") for name in ("auc", "log_loss", "calibration_error")]
    money = [] if currency is None else [_said(day, name, ",.0f") for name in MONEY]
    return [
        f"{day.day}{' *' if day.provisional else ''}",
        day.role,
        f"{first}" if first == last else f"{first} to {last}",
        f"{day.predictions:,}",
        f"{day.labelled:,}",
        *figures,
        *money,
    ]


def _said(day: LiveDay, name: str, form: str) -> str:
    value = day.figures.get(name)
    return "" if value is None else f"{value:{form}}"
