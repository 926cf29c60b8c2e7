"""The rows that are in quarantine now, read without a JVM: what `headgate.gates.quarantine` says in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headgate.gates.quarantine import DISMISSED
from headgate.lake.history import files_at
from headgate.lake.paths import table_path
from headgate.lake.storage import open_table, parquet_file, path_of
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

FILES_KEPT = 4096
"""Files never change, so what was found in one is kept: an hour later only its new files are read."""
TABLES_KEPT = 64
CARRIED = ("_failed_rules", "_revision", "_op", "_committed_at", "_sequence", "_known_at", "_file", "_row")
LOAD = "0|"
"""How the sequence of a full load's line begins."""


@dataclass(frozen=True)
class QuarantinedRow:
    """A change that is quarantined now: the line `row` of `file`, the rules that it broke, its values.

    It was known in the hour that starts with `hour`. `operation` and `committed_at` are the source's.
    """

    file: str
    row: int
    rules: list[str]
    hour: datetime
    operation: str | None
    committed_at: datetime | None
    values: dict[str, Any]
    rescued: str | None

    @property
    def name(self) -> str:
        """What a request calls it: `<file>:<row>`."""
        return f"{self.file}:{self.row}"


def quarantined_rows(
    settings: Settings, loaded: LoadedPipeline, table: str, version: int
) -> list[QuarantinedRow]:
    """The rows in the quarantine of a silver table, by this version of its change log, the latest first."""
    path = table_path(settings.lake, loaded.spec.pipeline, f"silver.{table}_changes")
    return _quarantined(path, version, tuple(loaded.contracts[f"silver.{table}"].columns))


@lru_cache(TABLES_KEPT)
def _quarantined(path: str, version: int, columns: tuple[str, ...]) -> list[QuarantinedRow]:
    kept = _kept_rows(path, version)
    rows = [
        row
        for file in files_at(path, version)
        for place, row in _marked_or_revised(file, columns)
        if file not in kept or kept[file][place]
    ]
    highest: dict[str, int] = {}
    for row in rows:
        if row["_revision"]:
            highest[_change(row)] = max(row["_revision"], highest.get(_change(row), 0))
    apart = [
        row
        for row in rows
        if row["_failed_rules"]
        and DISMISSED not in row["_failed_rules"]
        and row["_revision"] >= highest.get(_change(row), 0)
    ]
    apart.sort(key=lambda row: (row["_known_at"], row["_sequence"] or "", row["_row"]), reverse=True)
    return [_row(row, columns) for row in apart]


def _kept_rows(path: str, version: int) -> dict[str, list[bool]]:
    """Of the files of which rows were deleted: for each row whether it is still there."""
    vectors = pa.table(open_table(path, version).deletion_vectors()).to_pylist()
    return {path_of(v["filepath"]): v["selection_vector"] for v in vectors}


@lru_cache(FILES_KEPT)
def _marked_or_revised(file: str, columns: tuple[str, ...]) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a file that broke a rule or came again, each with its place in the file."""
    source = parquet_file(file)
    marks = source.read(columns=["_failed_rules", "_revision"], use_threads=False)
    marked = pc.greater(pc.list_value_length(marks["_failed_rules"]), 0)
    again = pc.greater(marks["_revision"], 0)
    places = pc.indices_nonzero(pc.or_(pc.fill_null(marked, False), pc.fill_null(again, False)))
    if not len(places):
        return []
    there = set(source.schema_arrow.names)
    wanted = [name for name in dict.fromkeys((*columns, *CARRIED, "_rescued")) if name in there]
    rows = source.read(columns=wanted, use_threads=False).take(places)
    return list(zip(places.to_pylist(), rows.to_pylist(), strict=True))


def _change(row: dict[str, Any]) -> str:
    """What the revisions of a change have in common, as `headgate.lake.revisions` says."""
    sequence = row["_sequence"]
    return sequence if sequence and sequence.startswith(LOAD) else f"{row['_file']}:{row['_row']}"


def _row(row: dict[str, Any], columns: tuple[str, ...]) -> QuarantinedRow:
    values = {name: row.get(name) for name in columns}
    return QuarantinedRow(
        file=row["_file"],
        row=row["_row"],
        rules=row["_failed_rules"],
        hour=_in_utc(row["_known_at"]) - HOUR,
        operation=row["_op"],
        committed_at=_in_utc(row["_committed_at"]) if row["_committed_at"] else None,
        values={n: _in_utc(v) if isinstance(v, datetime) else v for n, v in values.items()},
        rescued=row.get("_rescued"),
    )


def _in_utc(moment: datetime) -> datetime:
    """Spark writes moments without their zone, which is UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
