"""Read a Delta table's version, rows and files without a JVM."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from deltalake.exceptions import DeltaError
from deltalake.schema import DataType

from headgate.lake.storage import absent, files_of, find_table, open_table, parquet_file


def current_version(path: str) -> int | None:
    """The newest version of the table, or None where there is no table."""
    table = find_table(path)
    return None if table is None else table.version()


def is_kept(path: str, version: int) -> bool:
    """Whether a version can still be read: maintenance has removed neither its log nor its files."""
    try:
        files = files_at(path, version)
    except DeltaError:
        return False
    return not absent(files)


def column_types(path: str) -> dict[str, str] | None:
    """The table's columns with their Spark types, nested ones in short; None where there is no table."""
    table = find_table(path)
    if table is None:
        return None
    named = ((field.name, _type_name(field.type)) for field in table.schema().fields)
    return {name: _SPARK_TYPES.get(kind, kind) for name, kind in named}


def same_files(path: str, version: int, other: int) -> bool:
    """Whether two versions that can be read hold the same files: what came between them changed none."""
    return set(files_at(path, version)) == set(files_at(path, other))


def table_properties(path: str) -> dict[str, str]:
    """The table's properties, like `delta.enableChangeDataFeed`."""
    return {name: value for name, value in open_table(path).metadata().configuration.items() if value}


def _type_name(kind: DataType) -> str:
    return str(kind.type)


_SPARK_TYPES = {"long": "bigint", "integer": "int"}


def data_files(path: str) -> list[str]:
    """The paths of the files that hold the newest version of an append-only table; none where there is none.

    They are to be read one by one: through deltalake's own pyarrow data set, a process that ends soon
    afterwards is aborted, in four of ten tries, by threads that are still there.
    """
    table = find_table(path)
    return [] if table is None else files_of(table)


def files_at(path: str, version: int) -> list[str]:
    """The data files of one version of a table. Raises DeltaError where its log no longer has it."""
    return files_of(open_table(path, version))


def read_rows(path: str) -> list[dict[str, Any]]:
    """All rows of a small append-only table, in no order, times in UTC; no rows where there is no table."""
    table = find_table(path)
    if table is None:
        return []
    columns = dict.fromkeys(field.name for field in table.schema().fields)
    return [{**columns, **row} for file in files_of(table) for row in _rows_of_file(file)]


# A record is read several times by one task, and a data file of Delta never changes.
@lru_cache(maxsize=512)
def _rows_of_file(file: str) -> list[dict[str, Any]]:
    rows = parquet_file(file).read(use_threads=False).to_pylist()
    return [{name: _in_utc(value) for name, value in row.items()} for row in rows]


def _in_utc(value: object) -> object:
    """Spark writes moments without their zone, which is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
