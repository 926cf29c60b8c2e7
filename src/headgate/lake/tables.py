"""The columns of every table of a pipeline, and their creation, empty, before anything is published."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from headgate.lake.add_columns import add_columns
from headgate.lake.columns import CARRIED_TYPES, LIVE_TYPES, MARKS_TYPES
from headgate.lake.history import column_types
from headgate.lake.paths import table_path
from headgate.spec.errors import HeadgateError
from headgate.spec.lake_location import S3Location
from headgate.spec.load import LoadedPipeline
from headgate.spec.predictions import PREDICTIONS

HOPS_TYPES = {
    "entry": "bigint",
    "number": "bigint",
    "hop": "string",
    "state": "string",
    "hour": "timestamp",
    "range_start": "timestamp",
    "range_end": "timestamp",
    "frontier": "timestamp",
    "attempt": "string",
    "digest": "string",
    "verdict": "string",
    "report": "string",
    "rows": "map<string,struct<staged:bigint,quarantined:bigint,published:bigint>>",
    "versions_before": "map<string,bigint>",
    "versions": "map<string,bigint>",
    "seconds": "double",
    "bytes": "bigint",
    "code": "string",
    "spec": "string",
    "recorded_at": "timestamp",
    "decided_by": "string",
    "why": "string",
}
FILES_TYPES = {
    "number": "bigint",
    "path": "string",
    "feed": "string",
    "kind": "string",
    "hour": "timestamp",
    "revision": "int",
    "supersedes": "boolean",
    "size": "bigint",
    "modified_ns": "bigint",
    "sha256": "string",
    "rows": "bigint",
    "load_started_at": "timestamp",
}


def table_types(loaded: LoadedPipeline) -> dict[str, dict[str, str]]:
    """Every table of a pipeline, named `<layer>.<table>`, with its columns and their Spark types."""
    spec, contracts = loaded.spec, loaded.contracts
    tables: dict[str, dict[str, str]] = {"ops.hops": HOPS_TYPES, "ops.files": FILES_TYPES}
    for feed in spec.feeds:
        text = dict.fromkeys(contracts[f"bronze.{feed}"].columns, "string")
        tables[f"bronze.{feed}"] = {**text, **CARRIED_TYPES}
    for name in spec.silver:
        typed = {column: rule.type for column, rule in contracts[f"silver.{name}"].columns.items()}
        tables[f"silver.{name}_changes"] = {**typed, **CARRIED_TYPES, **MARKS_TYPES}
        tables[f"silver.{name}"] = {**typed, **LIVE_TYPES}
    gold = [f"gold.{name}" for name in (*spec.gold, *(["examples"] if spec.examples else []))]
    for table in (*gold, *([PREDICTIONS] if spec.scored else [])):
        tables[table] = {c: rule.type for c, rule in contracts[table].columns.items()}
    return tables


class ContractChanged(HeadgateError):
    """A contract gives a column a type that its table does not have."""


def prepare_tables(spark: SparkSession, lake: Path | S3Location, loaded: LoadedPipeline) -> None:
    """Create, empty, the tables of the pipeline that do not exist yet, and add columns that are new.

    A column that a contract no longer has stays in the table. Raises ContractChanged for a changed type.
    """
    for table, types in table_types(loaded).items():
        path = table_path(lake, loaded.spec.pipeline, table)
        existing = column_types(path)
        if existing is None:
            merged, feed = table.startswith(("silver.", "gold.")), table.startswith("gold.")
            create_table(spark, path, types, change_feed=feed, deletion_vectors=merged)
            continue
        for name, kind in types.items():
            if name in existing and not kind.startswith(("array", "map")) and existing[name] != kind:
                raise ContractChanged(
                    what=f"The contract of {table} says that {name} is {kind}, but the table has it as "
                    f"{existing[name]}.",
                    where=path,
                    left="Nothing was staged; the table is as it was.",
                    next_command=f"Give {name} its type {existing[name]} back, or the new type a new name.",
                )
        new = {name: kind for name, kind in types.items() if name not in existing}
        if new and table.startswith("ops."):
            add_columns(spark, path, new)
        elif new:
            columns = ", ".join(f"`{name}` {kind}" for name, kind in new.items())
            spark.sql(f"ALTER TABLE delta.`{path}` ADD COLUMNS ({columns})")


def create_table(
    spark: SparkSession,
    path: str,
    types: dict[str, str],
    *,
    change_feed: bool,
    deletion_vectors: bool = False,
) -> None:
    """Create one empty Delta table unless it exists.

    Its log gets a checkpoint every 50 commits, not every 10: writing one costs more than reading 50 commits.
    With `deletion_vectors` a MERGE marks the rows that it replaces and leaves their files as they are, so
    that an hour's few rows cost the same however long the table has grown.
    """
    columns = ", ".join(f"`{name}` {kind}" for name, kind in types.items())
    properties = {
        "checkpointInterval": "50",
        "enableChangeDataFeed": str(change_feed).lower(),
        "enableDeletionVectors": str(deletion_vectors).lower(),
    }
    said = ", ".join(f"'delta.{name}' = '{value}'" for name, value in properties.items())
    spark.sql(f"CREATE TABLE IF NOT EXISTS delta.`{path}` ({columns}) USING delta TBLPROPERTIES ({said})")
