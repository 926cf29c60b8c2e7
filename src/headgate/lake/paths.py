"""Where tables live: `<lake>/<pipeline>/<layer>/<table>`."""

from __future__ import annotations

from pathlib import Path


def table_path(lake: Path, pipeline: str, table: str) -> str:
    """The storage path of a table named `<layer>.<table>`, for example `silver.flights_changes`."""
    layer, _, name = table.partition(".")
    return str(lake / pipeline / layer / name)
