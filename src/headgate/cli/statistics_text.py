"""Merged statistics as people and programs read them."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from headgate.features import distribution
from headgate.features.column_statistics import NUMBERS, ColumnStatistics, Ordered, value_at
from headgate.hops.merged_statistics import MergedStatistics

QUARTILES = (0.25, 0.5, 0.75)
INNER = (0.01, 0.99)
"""Between these ranks the classes of a histogram are equally wide; the first and last one are open."""

CLASSES = 10
HEIGHTS = "▁▂▃▄▅▆▇█"
TOP, BAR = 3, 40
WORTH_TELLING = 0.01
"""The share of the rows from which on a value is among those shown in the table."""


def head(pipeline: str, found: MergedStatistics) -> list[str]:
    """What the figures are of, in a line or two."""
    some = found.columns[0]
    since = f"since {found.first:%Y-%m-%dT%H}" if found.first else "from the beginning"
    many = len(found.publishes)
    lines = [
        f"{pipeline} {found.table}: {many} {'publish' if many == 1 else 'publishes'}, {since}, "
        f"last hour {found.last:%Y-%m-%dT%H}; besides {some.quarantined:,} rows kept apart, "
        f"{some.deletions:,} deletions"
    ]
    if found.twice:
        lines.append(
            f"hours that were published again count twice: publish {', '.join(map(str, found.twice))}"
        )
    return lines


def rows_table(columns: list[ColumnStatistics]) -> Table:
    """One line a column."""
    table = Table(header_style="bold", box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("column")
    for name in ("rows", "null", "distinct", "min", "25 %", "median", "75 %", "max", "mean"):
        table.add_column(name, justify="right")
    table.add_column("values")
    for record in columns:
        quartiles = [_short(value) for value in record.quantiles(QUARTILES)] or [""] * len(QUARTILES)
        table.add_row(
            escape(record.column),
            f"{record.rows:,}",
            _percent(record.nulls / record.rows) if record.rows else "",
            _distinct(record),
            _short(record.minimum),
            *quartiles,
            _short(record.maximum),
            _short(record.mean),
            escape(_values(record)),
        )
    return table


def column_lines(columns: list[ColumnStatistics]) -> list[str]:
    """The classes or values of columns, a bar each."""
    lines = []
    for record in columns:
        for name, share in _classes(record):
            lines.append(f"{name:>44}  {_percent(share):>7}  {'█' * round(share * BAR)}".rstrip())
        if record.values is not None and record.values.short:
            lines.append(f"counts may be up to {record.values.short:,} rows too low")
        if record.not_finite:
            lines.append(f"besides {record.not_finite:,} that are NaN or infinite")
    return lines


def document(pipeline: str, found: MergedStatistics, columns: list[ColumnStatistics]) -> dict[str, Any]:
    """All figures as plain values."""
    return {
        "pipeline": pipeline,
        "table": found.table,
        "since": found.first.isoformat() if found.first else None,
        "last_hour": found.last.isoformat(),
        "publishes": found.publishes,
        "published_again": found.twice,
        "columns": [_column(record) for record in columns],
    }


def _column(record: ColumnStatistics) -> dict[str, Any]:
    edges = _edges(record)
    return {
        "column": record.column,
        "type": record.type,
        "personal": record.personal,
        "rows": record.rows,
        "nulls": record.nulls,
        "not_finite": record.not_finite,
        "quarantined": record.quarantined,
        "deletions": record.deletions,
        "distinct": record.distinct,
        "minimum": _plain(record.minimum),
        "quartiles": [_plain(value) for value in record.quantiles(QUARTILES)] or None,
        "maximum": _plain(record.maximum),
        "mean": record.mean,
        "histogram": {"edges": edges, "shares": _shares(record, edges)} if edges else None,
        "values": record.values.counts if record.values else None,
        "values_short": record.values.short if record.values else None,
    }


def _values(record: ColumnStatistics) -> str:
    """A histogram in one line, or the most frequent values."""
    if record.personal:
        return "personal"
    if record.values is not None:
        top = [(value, count / record.counted) for value, count in list(record.values.counts.items())[:TOP]]
        return ", ".join(f"{value[:20]} {_percent(share)}" for value, share in top if share >= WORTH_TELLING)
    shares = _shares(record, _edges(record))
    top_share = max(shares, default=1.0)
    return "".join(HEIGHTS[round(share / top_share * (len(HEIGHTS) - 1))] for share in shares)


def _classes(record: ColumnStatistics) -> list[tuple[str, float]]:
    if record.values is not None:
        counts = record.values.counts
        listed = [
            (value[:44], count / record.counted) for value, count in list(counts.items())[: 2 * CLASSES]
        ]
        rest = 1 - sum(share for _, share in listed)
        return [*listed, *([("all others", rest)] if record.counted and rest > 1e-9 else [])]
    edges = _edges(record)
    if not edges:
        return []
    texts = [_short(_limit(record.type, edge)) for edge in edges]
    names = [f"to {texts[0]}", *(f"{low} to {high}" for low, high in pairwise(texts)), f"over {texts[-1]}"]
    return list(zip(names, _shares(record, edges), strict=True))


def _edges(record: ColumnStatistics) -> list[float]:
    """The inner limits of a histogram's classes; none where there are no values."""
    if record.distribution is None:
        return []
    ends = distribution.quantiles(record.distribution, INNER)
    if not ends:
        return []
    low, high = ends
    parts = [step / (CLASSES - 2) for step in range(CLASSES - 1)]
    return sorted({low * (1 - part) + high * part for part in parts})


def _shares(record: ColumnStatistics, edges: list[float]) -> list[float]:
    if record.distribution is None or not edges:
        return []
    return distribution.shares(record.distribution, edges)


def _distinct(record: ColumnStatistics) -> str:
    return f"{'≥ ' if record.distinct_sketch is None else ''}{record.distinct:,}"


def _limit(type_name: str, place: float) -> Ordered:
    """The limit of a class, which between whole numbers need not be one."""
    return place if type_name in NUMBERS else value_at(type_name, place)


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")


def _short(value: Ordered | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int) else f"{value:,.5g}"


def _plain(value: Ordered | None) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value
