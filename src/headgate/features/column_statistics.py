"""What is known of a column's values in some rows, in a form in which the records of parts add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isfinite

from headgate.features import distinct_values, distribution
from headgate.features.value_counts import ValueCounts, added

Ordered = int | float | date | datetime

EPOCH_DAY = date(1970, 1, 1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBERS = ("int", "bigint", "double")
ORDERED = (*NUMBERS, "date", "timestamp")


@dataclass(frozen=True)
class ColumnStatistics:
    """One column of one or more sets of rows.

    `type` is Spark's name. `rows` are those that were published with values, so deletions, which may carry
    the key only, and quarantined rows are counted apart. `not_finite` counts NaN and the infinities, which
    enter none of the figures after it. `minimum`, `maximum` and `distribution` (a KLL sketch; dates as days,
    timestamps as seconds since 1970 UTC) are of numbers, dates and timestamps, `sum` of numbers, `values` of
    texts and booleans. `distinct` is an estimate (see `distinct_values`). A personal column has neither
    values nor anything made of single values: `distinct` alone, of several sets the highest.
    """

    table: str
    column: str
    type: str
    personal: bool
    rows: int
    nulls: int
    quarantined: int
    deletions: int
    not_finite: int
    distinct: int
    distinct_sketch: bytes | None = None
    minimum: Ordered | None = None
    maximum: Ordered | None = None
    sum: float | None = None
    distribution: bytes | None = None
    values: ValueCounts | None = None

    @property
    def counted(self) -> int:
        """Rows with a value that enters the figures."""
        return self.rows - self.nulls - self.not_finite

    @property
    def mean(self) -> float | None:
        """The mean of the numbers; None where there are none, or where their sum is beyond a double."""
        if self.sum is None or self.counted == 0 or not isfinite(self.sum):
            return None
        return self.sum / self.counted

    def quantiles(self, ranks: Sequence[float]) -> list[Ordered]:
        """The values at these ranks (0 to 1), in the column's own type; none where there are no values."""
        if self.distribution is None:
            return []
        return [value_at(self.type, found) for found in distribution.quantiles(self.distribution, ranks)]


def merged(parts: Sequence[ColumnStatistics]) -> ColumnStatistics:
    """The record of all rows of the parts, which are of one column and one type; no part may be twice.

    Counts, minimum and maximum are exact, the sum but for rounding. Values are personal where one part's are.
    """
    first = parts[0]
    personal = any(part.personal for part in parts)
    lows = [part.minimum for part in parts if part.minimum is not None]
    highs = [part.maximum for part in parts if part.maximum is not None]
    sums = [part.sum for part in parts if part.sum is not None]
    hashed = [part.distinct_sketch for part in parts if part.distinct_sketch is not None]
    shapes = [part.distribution for part in parts if part.distribution is not None]
    counts = [part.values for part in parts if part.values is not None]
    sketch = distinct_values.merged(hashed) if hashed and not personal else None
    return ColumnStatistics(
        table=first.table,
        column=first.column,
        type=first.type,
        personal=personal,
        rows=_total(parts, lambda part: part.rows),
        nulls=_total(parts, lambda part: part.nulls),
        quarantined=_total(parts, lambda part: part.quarantined),
        deletions=_total(parts, lambda part: part.deletions),
        not_finite=_total(parts, lambda part: part.not_finite),
        distinct=max(part.distinct for part in parts)
        if sketch is None
        else distinct_values.estimate(sketch, _total(parts, lambda part: part.counted)),
        distinct_sketch=sketch,
        minimum=min(lows, default=None) if not personal else None,
        maximum=max(highs, default=None) if not personal else None,
        sum=sum(sums) if sums and not personal else None,
        distribution=distribution.merged(shapes) if shapes and not personal else None,
        values=added(counts) if counts and not personal else None,
    )


def _total(parts: Iterable[ColumnStatistics], count: Callable[[ColumnStatistics], int]) -> int:
    return sum(count(part) for part in parts)


def value_at(type_name: str, place: float) -> Ordered:
    """The value of a type at a place of its distribution, to its unit: whole numbers, days, microseconds."""
    if type_name == "date":
        return EPOCH_DAY + timedelta(days=round(place))
    if type_name == "timestamp":
        return EPOCH + timedelta(microseconds=round(place * 1_000_000))
    return place if type_name == "double" else round(place)
