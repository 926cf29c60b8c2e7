"""Whether a table can have rows in a range of hours, by what its log says of its files, without a JVM."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from headgate.lake.storage import open_table
from headgate.spec.hour_range import HourRange


def may_hold(path: str, version: int, column: str, hours: HourRange) -> bool:
    """Whether some file of the table at this version can have rows whose `column` lies in (start, end].

    False is certain. True is not: a file that was put together from others spans their hours, and a file
    without statistics of the column (of a table with many columns before it) may hold any.
    """
    files = pa.table(open_table(path, version).get_add_actions(flatten=True))
    low, high = f"min.{column}", f"max.{column}"
    if not {low, high} <= set(files.column_names):
        return bool(files.num_rows)
    spans = zip(files[low].to_pylist(), files[high].to_pylist(), strict=True)
    return any(_overlaps(least, most, hours) for least, most in spans)


def _overlaps(least: datetime | None, most: datetime | None, hours: HourRange) -> bool:
    if least is None or most is None:
        return True
    if hours.start is not None and most.replace(tzinfo=UTC) <= hours.start:
        return False
    return least.replace(tzinfo=UTC) <= hours.end
