"""Read files of JSON, one value a line: no line is lost, whether it is JSON or not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.ingest.formats.place import file_column, spark_paths
from headgate.ingest.landing import LandingFile, UnusableHeader

EXTENSIONS = (".json", ".jsonl", ".ndjson")
TEXTS = "map<string,string>"


def read_lines(spark: SparkSession, landing: Path, files: list[LandingFile]) -> DataFrame:
    """The lines that are not blank: `_text`, `_file` and `_row`, the line's number in its file, from 1."""
    read = spark.read.text(spark_paths(landing, files)).select(
        F.col("value").alias("_text"),
        file_column(landing).alias("_file"),
        F.col("_metadata.file_block_start").alias("_block"),  # large files are read in blocks
        F.monotonically_increasing_id().alias("_position"),
    )
    in_file = F.expr("row_number() OVER (PARTITION BY _file ORDER BY _block, _position)")
    numbered = read.select("_text", "_file", in_file.cast("bigint").alias("_row"))
    return numbered.where(F.trim("_text") != "")


def object_in(text: Column) -> Column:
    """The object that a text is, as map<string,string>: nested values as JSON, whole numbers digit by digit,
    other numbers as the shortest text of their double (RFC 8259, section 6).

    Null for text that is anything else, also for an object with something after it.
    """
    listed = F.from_json(F.concat(F.lit("["), text, F.lit("]")), f"array<{TEXTS}>")
    alone = (F.size(listed) == 1) & F.trim(text).startswith("{") & F.trim(text).endswith("}")
    return F.when(alone, F.try_element_at(listed, F.lit(1)))


def in_lower_case(values: Column) -> Column:
    """A map with its names in lower case; null where two are the same, since either may be meant."""
    names = F.transform(F.map_keys(values), F.lower)
    lowered = F.transform_keys(values, lambda name, _: F.lower(name))
    return F.when(F.size(F.array_distinct(names)) == F.size(names), lowered)


def objects(landing: Path, path: str) -> Iterator[dict[str, Any]]:
    """The lines of a file that are JSON objects.

    Raises UnusableHeader, at its end, for a file with lines of which none is an object.
    """
    lines, found = 0, 0
    with (landing / path).open(encoding="utf-8-sig", errors="replace") as file:
        for line in file:
            value = _value(line)
            lines += value is not None
            if isinstance(value, dict):
                found += 1
                yield value
    if lines and not found:
        raise UnusableHeader("no line is a JSON object")


def _value(line: str) -> Any:
    """What a line holds: None for a blank one and for null, a text for one that is no JSON."""
    try:
        return json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):
        return line
