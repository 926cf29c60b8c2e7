"""The two clocks of a change: `_sequence` orders the changes of a key, `_known_at` says when we knew."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from headgate.spec.hour_range import HOUR

LOAD_OPERATION = "L"
BEFORE_ALL_LOADS = "0000-00-00T00:00:00.000000"


def instant_text(moment: Column) -> Column:
    """A timestamp as sortable text, to the microsecond, in UTC."""
    return F.date_format(moment, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS")


def sequence(position: Column) -> Column:
    """One sortable string: LOAD before CDC, `position` (source sequence or commit time), file, line.

    Needs the columns `_op`, `_file`, `_row`. A change without position sorts before all others.
    """
    kind = F.when(F.col("_op") == LOAD_OPERATION, "0").otherwise("1")
    row = F.lpad(F.col("_row").cast("string"), 10, "0")
    return F.concat_ws("|", kind, F.coalesce(position, F.lit(" ")), F.col("_file"), row)


def known_at(committed_at: Column, frontier: datetime | None, hour_end: datetime) -> Column:
    """When a row that is archived now became known: its commit hour's end, never up to the frontier.

    A row without commit time is known at the end of the run's own hour.
    """
    hour = F.expr("INTERVAL 1 HOUR")
    moment = committed_at if frontier is None else F.greatest(committed_at, F.lit(frontier))
    return F.when(committed_at.isNull(), F.lit(hour_end)).otherwise(F.date_trunc("hour", moment) + hour)


def generation(load_starts: list[datetime]) -> Column:
    """The start of the latest load at or before a change's `_committed_at`, as sortable text.

    Changes committed before the first load belong to `BEFORE_ALL_LOADS`.
    """
    chosen = F.lit(BEFORE_ALL_LOADS)
    for start in sorted(load_starts):
        chosen = F.when(F.col("_committed_at") >= F.lit(start), instant_text(F.lit(start))).otherwise(chosen)
    return chosen


def hour_of(moment: datetime) -> datetime:
    """The start of the hour that a moment lies in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def hour_end(hour: datetime) -> datetime:
    """The end of the hour that starts at `hour`: when everything in it is known."""
    return hour + HOUR
