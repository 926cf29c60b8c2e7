"""Where a record stands: its file, as reports and archive name it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pyspark.sql import Column
from pyspark.sql import functions as F

from headgate.ingest.landing import LandingFile


def spark_paths(landing: Path, files: Iterable[LandingFile]) -> list[str]:
    """The files' paths, with the characters escaped that Hadoop would read as a pattern."""
    return [re.sub(r"([\\\[\]{}*?^])", r"\\\1", str(landing / file.path)) for file in files]


def file_column(landing: Path) -> Column:
    """The path below `landing` of the file that a record was read from."""
    path = F.expr("url_decode(replace(_metadata.file_path, '+', '%2B'))")
    prefix = str(landing) + "/"
    return F.substr(path, F.instr(path, prefix) + len(prefix))
