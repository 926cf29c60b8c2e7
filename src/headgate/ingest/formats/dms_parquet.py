"""Read files as AWS DMS writes them in Parquet: typed columns, full loads without an `Op` column."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
from pyarrow.parquet import ParquetFile
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.ingest.formats.format import OPERATION
from headgate.ingest.formats.place import file_column, spark_paths
from headgate.ingest.landing import LandingFile, UnusableHeader
from headgate.ingest.ordering import LOAD_OPERATION

MOMENT = "yyyy-MM-dd HH:mm:ss.SSSSSS"


class DmsParquet:
    """Values become the text that a CSV file would have: moments in UTC, nested values JSON, bytes base64."""

    extensions = (".parquet",)
    is_text = False

    def names(self, landing: Path, path: str) -> list[str]:
        """The names of the file's columns. Every page is read: a broken one would fail the job."""
        try:
            with ParquetFile(landing / path) as file:
                columns = _columns(file)
                for _ in file.iter_batches():
                    pass
        except (OSError, pa.ArrowException) as error:
            raise UnusableHeader(f"no sound Parquet file: {str(error).splitlines()[0]}") from error
        names = [name.lower() for name, _ in columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise UnusableHeader(f"columns repeated: {', '.join(repeated)}")
        unread = [f"{name} ({kind})" for name, kind in columns if not _is_read(kind)]
        if unread:
            raise UnusableHeader(f"columns of types that are not read: {', '.join(unread)}")
        return names

    def read(
        self,
        spark: SparkSession,
        landing: Path,
        files: list[LandingFile],
        columns: list[str],
        committed_at: str,
    ) -> DataFrame | None:
        """See Format."""
        by_schema: dict[tuple[tuple[str, str], ...], list[LandingFile]] = defaultdict(list)
        for file in files:
            with ParquetFile(landing / file.path) as opened:
                by_schema[tuple((name, str(kind)) for name, kind in _columns(opened))].append(file)
        whole: DataFrame | None = None
        for same in by_schema.values():
            frame = _read_one_schema(spark, landing, same, columns, committed_at)
            whole = frame if whole is None else whole.unionByName(frame)
        return whole


def _read_one_schema(
    spark: SparkSession, landing: Path, files: list[LandingFile], columns: list[str], committed_at: str
) -> DataFrame:
    read = spark.read.parquet(*spark_paths(landing, files))
    texts = {
        field.name.lower(): _text(F.col(_quoted(field.name)), field.dataType.typeName())
        for field in read.schema.fields
    }

    def value(name: str) -> Column:
        return texts.get(name, F.lit(None).cast("string"))

    others = [name for name in texts if name not in {*columns, OPERATION, committed_at}]
    entries = [part for name in others for part in (F.lit(name), texts[name])]
    unknown = F.create_map(*entries) if entries else F.create_map(F.lit("_"), F.lit(None).cast("string"))
    kept = F.map_filter(unknown, lambda _, text: text.isNotNull())
    return read.select(
        *(value(name).alias(name) for name in columns),
        (F.lit(LOAD_OPERATION) if files[0].kind == "load" else value(OPERATION)).alias("_op"),
        value(committed_at).alias("_committed"),
        file_column(landing).alias("_file"),
        (F.col("_metadata.row_index") + 1).alias("_row"),
        F.when(F.size(kept) > 0, F.to_json(kept)).alias("_rescued"),
    )


def _columns(file: ParquetFile) -> list[tuple[str, pa.DataType]]:
    """The columns with their types as Parquet has them, not as the writer remembers them.

    Spark reads INT96, which Arrow takes for nanoseconds.
    """
    columns = (file.schema.column(index) for index in range(len(file.schema)))
    legacy = {column.path for column in columns if column.physical_type == "INT96"}
    return [
        (field.name, pa.timestamp("us") if field.name in legacy else field.type)
        for field in file.schema.to_arrow_schema()
    ]


def _is_read(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_timestamp(kind):
        return bool(kind.unit != "ns")
    if types.is_list(kind):
        return _is_read(kind.value_type)
    if types.is_struct(kind):
        return all(_is_read(kind.field(index).type) for index in range(kind.num_fields))
    if types.is_map(kind):
        return _is_read(kind.key_type) and _is_read(kind.item_type)
    plain = (types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_date32)
    texts = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(check(kind) for check in (*plain, *texts)) and kind != pa.float16()


def _text(value: Column, kind: str) -> Column:
    if kind in ("timestamp", "timestamp_ntz"):
        return F.date_format(value, MOMENT)
    if kind in ("array", "map", "struct"):
        return F.to_json(value)
    if kind == "binary":
        return F.base64(value)
    return value.cast("string")


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
