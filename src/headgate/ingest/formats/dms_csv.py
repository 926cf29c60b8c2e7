"""Read files as AWS DMS writes them: CSV with a header, quotes doubled, full loads without an `Op` column."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.ingest.landing import LandingFile, header
from headgate.ingest.ordering import LOAD_OPERATION

OPERATION = "op"


def read_dms_csv(
    spark: SparkSession, landing: Path, files: list[LandingFile], columns: list[str], committed_at: str
) -> DataFrame | None:
    """Every line of `files` as text: `columns`, then `_op`, `_committed`, `_file`, `_row`, `_rescued`.

    Header names are matched without regard to case. `_row` is the record's number in its file, from 1.
    Columns that are not asked for and lines that do not parse are kept in `_rescued` as JSON; a line that
    does not parse has no values. None where no file has a header. A file is never split, so records keep
    their order.
    """
    by_header: dict[tuple[str, ...], list[LandingFile]] = defaultdict(list)
    for file in files:
        names = tuple(header(landing, file.path))
        if names:
            by_header[names].append(file)
    frames = [
        _read_one_header(spark, landing, same, names, columns, committed_at)
        for names, same in by_header.items()
    ]
    if not frames:
        return None
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.unionByName(frame)
    return whole


def _read_one_header(
    spark: SparkSession,
    landing: Path,
    files: list[LandingFile],
    names: tuple[str, ...],
    columns: list[str],
    committed_at: str,
) -> DataFrame:
    positions: dict[str, str] = {}
    for index, name in enumerate(names):
        positions.setdefault(name.lower(), f"c{index}")
    schema = ", ".join([*(f"c{index} string" for index in range(len(names))), "_unparsed string"])
    read = (
        spark.read.schema(schema)
        .option("header", True)
        .option("multiLine", True)
        .option("quote", '"')
        .option("escape", '"')
        .option("encoding", "UTF-8")
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", "_unparsed")
        .csv([_literal(landing / file.path) for file in files])
    )
    # Ascending within a file: a file is read whole, by one task.
    read = read.select(
        "*", F.expr("url_decode(replace(_metadata.file_path, '+', '%2B'))").alias("_file_path")
    )
    prefix = str(landing) + "/"
    path = F.expr(f"substring(_file_path, instr(_file_path, {_quoted(prefix)}) + {len(prefix)})")
    read = read.withColumn("_file", path).withColumn("_position", F.monotonically_increasing_id())
    parsed = F.col("_unparsed").isNull()

    def value(name: str) -> Column:
        return F.when(parsed, F.col(positions[name])) if name in positions else F.lit(None).cast("string")

    is_load = files[0].kind == "load"
    others = [name for name in positions if name not in {*columns, OPERATION, committed_at}]
    entries = [part for name in others for part in (F.lit(name), F.col(positions[name]))]
    unknown = F.create_map(*entries) if entries else F.create_map(F.lit("_"), F.lit(None).cast("string"))
    kept = F.map_filter(unknown, lambda _, text: text.isNotNull())
    rescued = F.when(~parsed, F.to_json(F.create_map(F.lit("_line"), F.col("_unparsed")))).when(
        F.size(kept) > 0, F.to_json(kept)
    )
    in_file = "row_number() OVER (PARTITION BY _file ORDER BY _position)"
    return read.select(
        *(value(name).alias(name) for name in columns),
        (F.lit(LOAD_OPERATION) if is_load else value(OPERATION)).alias("_op"),
        value(committed_at).alias("_committed"),
        "_file",
        F.expr(in_file).cast("bigint").alias("_row"),
        rescued.alias("_rescued"),
    )


def _literal(path: Path) -> str:
    """The path with the characters escaped that Hadoop would read as a pattern."""
    return re.sub(r"([\\\[\]{}*?^])", r"\\\1", str(path))


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
