"""Read JSON lines: one object a change, with `Op` and the commit time among its members."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.ingest.formats.format import OPERATION
from headgate.ingest.formats.json_text import EXTENSIONS, in_lower_case, object_in, objects, read_lines
from headgate.ingest.landing import LandingFile
from headgate.ingest.ordering import LOAD_OPERATION


class JsonLines:
    """The objects have the columns of a DMS file; full loads have no `Op`. Nested values stay JSON."""

    extensions = EXTENSIONS
    is_text = True

    def names(self, landing: Path, path: str) -> list[str]:
        """The names of all members in lower case, by first appearance."""
        return list(dict.fromkeys(name.lower() for line in objects(landing, path) for name in line))

    def read(
        self,
        spark: SparkSession,
        landing: Path,
        files: list[LandingFile],
        columns: list[str],
        committed_at: str,
    ) -> DataFrame | None:
        """See Format. A line is no record where it is no object, or names a member twice."""
        values = F.col("_values")

        def value(name: str) -> Column:
            return F.try_element_at(values, F.lit(name))

        known = [*columns, OPERATION, committed_at]
        others = F.map_filter(values, lambda name, text: ~name.isin(known) & text.isNotNull())
        line = F.to_json(F.create_map(F.lit("_line"), F.col("_text")))
        rescued = F.when(values.isNull(), line).when(F.size(others) > 0, F.to_json(others))
        lines = read_lines(spark, landing, files)
        return lines.withColumn("_values", in_lower_case(object_in(F.col("_text")))).select(
            *(value(name).alias(name) for name in columns),
            (F.lit(LOAD_OPERATION) if files[0].kind == "load" else value(OPERATION)).alias("_op"),
            value(committed_at).alias("_committed"),
            "_file",
            "_row",
            rescued.alias("_rescued"),
        )
