"""Write rows to staging without the engine, in files that read as if Spark had written them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.lake.read import SPARK_SCHEMA

TYPES: dict[str, tuple[str, pa.DataType]] = {
    "string": ("string", pa.string()),
    "boolean": ("boolean", pa.bool_()),
    "int": ("integer", pa.int32()),
    "bigint": ("long", pa.int64()),
    "double": ("double", pa.float64()),
    "date": ("date", pa.date32()),
    "timestamp": ("timestamp", pa.timestamp("us", tz="UTC")),
}
"""By the type of a contract: what Spark calls it in the schema that it notes, and Arrow's."""


def write_staged(rows: pa.Table, file: Path, types: Mapping[str, str]) -> None:
    """Write `rows` to the Parquet file: the columns of `types` (a contract's type by column), in order.

    Raises ArrowInvalid for a value that its type does not hold.
    """
    fields = [
        {"name": name, "type": TYPES[kind][0], "nullable": True, "metadata": {}}
        for name, kind in types.items()
    ]
    noted = {SPARK_SCHEMA: json.dumps({"type": "struct", "fields": fields})}
    schema = pa.schema([(name, TYPES[kind][1]) for name, kind in types.items()])
    cast = rows.select(list(types)).cast(schema).replace_schema_metadata(noted)
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(cast, file, compression="zstd")
