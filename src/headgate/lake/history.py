"""Read a Delta table's version, rows and files without a JVM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deltalake import DeltaTable


def current_version(path: str) -> int | None:
    """The newest version of the table, or None where there is no table."""
    return DeltaTable(path).version() if Path(path, "_delta_log").is_dir() else None


def read_rows(path: str) -> list[dict[str, Any]]:
    """All rows of a small table, in no order; no rows where there is no table."""
    if not Path(path, "_delta_log").is_dir():
        return []
    rows: list[dict[str, Any]] = DeltaTable(path).to_pyarrow_table().to_pylist()
    return rows
