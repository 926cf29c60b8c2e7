"""When a change was committed: the source's text as a moment, where it can be one."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

AHEAD = "INTERVAL 1 DAY"
"""How far after the hour of its file a change may have been committed: what lies beyond is no commit time."""

_HOUR_OF_FILE = r"^[^/]+/(\d{4}/\d{2}/\d{2}/\d{2})/"


def moment_or_null(text: Column) -> Column:
    """Text as a moment; null where it is none, or outside of the years 1900 to 9999."""
    moment = F.try_to_timestamp(text)
    return F.when(F.year(moment).between(1900, 9999), moment)


def commit_time(text: Column, file: Column) -> Column:
    """The commit time of a change in a file of changes; null where no commit of that file can be at it.

    It is at most a day after the hour that the file's path names. What clocks tell beyond would win over
    every later change, and be known only then. It depends on the file alone, not on the run that reads it.
    """
    hour = F.try_to_timestamp(F.regexp_extract(file, _HOUR_OF_FILE, 1), F.lit("yyyy/MM/dd/HH"))
    moment = moment_or_null(text)
    return F.when(moment < hour + F.expr(AHEAD) + F.expr("INTERVAL 1 HOUR"), moment)
