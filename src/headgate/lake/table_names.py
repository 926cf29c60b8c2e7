"""Which tables a pipeline has in the lake, published or not."""

from __future__ import annotations

from pathlib import Path

from headgate.lake.paths import table_path
from headgate.lake.storage import folders_in, is_folder
from headgate.spec.lake_location import S3Location


def table_names(lake: Path | S3Location, pipeline: str) -> list[str]:
    """The tables of a pipeline, each as `<layer>.<table>`, in order; pinned versions are none."""
    folder = str(lake / pipeline)
    found = (f"{layer}.{name}" for layer in folders_in(folder) for name in folders_in(f"{folder}/{layer}"))
    return [table for table in found if is_folder(f"{table_path(lake, pipeline, table)}/_delta_log")]
