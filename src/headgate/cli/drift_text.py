"""What was found of drift, as a table."""

from __future__ import annotations

from rich.table import Table

from headgate.monitoring.drift_log import DriftDay


def drift_table(days: list[DriftDay]) -> Table:
    """A row a column, a place a day with its stability index; * where the column drifted.

    Usual and limit are the last day's.
    """
    table = Table("column", *(f"{day.day:%m-%d}" for day in days), "usual", "limit", "distance")
    for column in table.columns[1:]:
        column.justify = "right"
    names = list(dict.fromkeys(one.column for day in reversed(days) for one in day.columns))
    for name in names:
        own = [next((one for one in day.columns if one.column == name), None) for day in days]
        cells = ["" if one is None else f"{one.psi:.2f}{'*' if one.drifted else ''}" for one in own]
        last = own[-1]
        rest = ["", "", ""] if last is None else [f"{last.usual:.2f}", f"{last.limit:.2f}", f"{last.js:.2f}"]
        table.add_row(name, *cells, *rest)
    table.caption = (
        "population stability index against the champion's training data, * beyond its limit; distance: the "
        "last day's by Jensen and Shannon, 0 to 1"
    )
    return table
