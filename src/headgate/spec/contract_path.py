"""Where the contract of a table is written: `expectations/<pipeline>/<layer>.<table>.yaml`."""

from __future__ import annotations

from pathlib import Path

SUFFIX = ".yaml"


def contract_path(expectations: Path, pipeline: str, table: str) -> Path:
    """The file with the contract of a table named `<layer>.<table>`."""
    return expectations / pipeline / f"{table}{SUFFIX}"
