"""Where tables live: `<lake>/<pipeline>/<layer>/<table>`."""

from __future__ import annotations

from pathlib import Path

from headgate.spec.lake_location import S3Location


def table_path(lake: Path | S3Location, pipeline: str, table: str) -> str:
    """The storage path of a table named `<layer>.<table>`, for example `silver.flights_changes`.

    It begins with `/` in a folder and with `s3a://` in a bucket.
    """
    layer, _, name = table.partition(".")
    return str(lake / pipeline / layer / name)
