"""Tell errors that say that a table's old version, or its changes, can no longer be read."""

from __future__ import annotations

import re

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]  # py4j has no types
from pyspark.errors import PySparkException

ReadError = (PySparkException, Py4JJavaError)
"""What reading a table may raise: files that are missed by a running job come as Py4J's own error."""

_CONDITION = re.compile(
    r"\b(DELTA_(?:MISSING_CHANGE_DATA|FILE_NOT_FOUND|LOG_FILE_NOT_FOUND|TRUNCATED_TRANSACTION_LOG"
    r"|VERSION_NOT_CONTIGUOUS|VERSION_DOES_NOT_EXIST|VERSION_NOT_FOUND|CANNOT_RECREATE_SNAPSHOT"
    r"|UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION)\w*"
    r"|FAILED_READ_FILE\.FILE_NOT_EXIST)"
)


def gone(error: Exception) -> str | None:
    """The condition by which the error says so; None where it says something else."""
    found = _CONDITION.search(str(error))
    return found.group(1) if found else None
