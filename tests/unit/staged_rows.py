"""Rows as a stage leaves them: Parquet files in a folder, moments without their zone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.spec.contract import Contract

TYPES = {
    "text": pa.string(),
    "flag": pa.bool_(),
    "small": pa.int32(),
    "whole": pa.int64(),
    "real": pa.float64(),
    "day": pa.date32(),
    "moment": pa.timestamp("us"),
}
SPARK_TYPES = {
    "text": "string",
    "flag": "boolean",
    "small": "int",
    "whole": "bigint",
    "real": "double",
    "day": "date",
    "moment": "timestamp",
}


def contract(*personal: str) -> Contract:
    """A contract of all types; the columns named are personal."""
    columns = {name: {"type": kind, "personal": name in personal} for name, kind in SPARK_TYPES.items()}
    return Contract.model_validate({"description": "Rows.", "key": ["text"], "columns": columns})


def stage_rows(folder: Path, *files: list[dict[str, Any]]) -> Path:
    """Write each list of rows as a file; a column that a row lacks is null."""
    folder.mkdir(parents=True)
    schema = pa.schema([*TYPES.items(), ("_op", pa.string()), ("_failed_rules", pa.list_(pa.string()))])
    for number, rows in enumerate(files):
        pq.write_table(pa.Table.from_pylist(rows, schema), folder / f"part-{number}.parquet")
    return folder
