"""Read a Delta table's version, rows and files without a JVM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.schema import DataType


def current_version(path: str) -> int | None:
    """The newest version of the table, or None where there is no table."""
    return DeltaTable(path).version() if Path(path, "_delta_log").is_dir() else None


def column_types(path: str) -> dict[str, str] | None:
    """The table's columns with their Spark types, nested ones in short; None where there is no table."""
    if not Path(path, "_delta_log").is_dir():
        return None
    fields = DeltaTable(path).schema().fields
    return {field.name: _SPARK_TYPES.get(_type_name(field.type), _type_name(field.type)) for field in fields}


def _type_name(kind: DataType) -> str:
    return str(kind.type)


_SPARK_TYPES = {"long": "bigint", "integer": "int"}


def read_rows(path: str) -> list[dict[str, Any]]:
    """All rows of a small table, in no order; no rows where there is no table."""
    if not Path(path, "_delta_log").is_dir():
        return []
    rows: list[dict[str, Any]] = DeltaTable(path).to_pyarrow_table().to_pylist()
    return rows
