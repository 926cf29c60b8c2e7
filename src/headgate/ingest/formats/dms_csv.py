"""Read files as AWS DMS writes them: CSV with a header, quotes doubled, full loads without an `Op` column."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.ingest.formats.format import OPERATION
from headgate.ingest.formats.place import file_column, spark_paths
from headgate.ingest.landing import LandingFile, header
from headgate.ingest.ordering import LOAD_OPERATION


class DmsCsv:
    """CSV with a header; blank lines say nothing."""

    extensions = (".csv",)
    is_text = True

    def names(self, landing: Path, path: str) -> list[str]:
        """The names in the file's header; none without one. Raises UnusableHeader."""
        return header(landing, path)

    def read(
        self,
        spark: SparkSession,
        landing: Path,
        files: list[LandingFile],
        columns: list[str],
        committed_at: str,
    ) -> DataFrame | None:
        """See Format. A file is never split, so records keep their order."""
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
        .csv(spark_paths(landing, files))
    )
    # Ascending within a file: a file is read whole, by one task.
    read = read.select("*", file_column(landing).alias("_file"))
    read = read.withColumn("_position", F.monotonically_increasing_id())
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
