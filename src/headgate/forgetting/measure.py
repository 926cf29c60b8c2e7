"""What a table is before and after: its version, its rows, a digest of their values."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.hops.ledger import Ledger
from headgate.hops.publish_tables import tables_of_hop
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.table_names import table_names
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

RECORDS = "ops."


def stored_tables(settings: Settings, pipeline: str, ledger: Ledger) -> dict[str, int]:
    """Every table with rows of the source, by `<layer>.<table>`: published versions, else the newest ones."""
    published = ledger.versions()
    versions = {
        table: published.get(table, current_version(table_path(settings.lake, pipeline, table)))
        for table in table_names(settings.lake, pipeline)
        if not table.startswith(RECORDS)
    }
    return {table: version for table, version in versions.items() if version is not None}


def further_gold(loaded: LoadedPipeline, tables: dict[str, int]) -> list[str]:
    """The gold tables that no gold hop derives, like what models said."""
    derived = tables_of_hop(loaded, "gold")
    return [table for table in tables if table.startswith("gold.") and table not in derived]


def measure(
    spark: SparkSession, settings: Settings, pipeline: str, tables: dict[str, int]
) -> dict[str, dict[str, Any]]:
    """By table: `version`, `rows`, and `digest`, the same for the same rows in any order."""
    found = {}
    for table, version in tables.items():
        rows = read_at(spark, table_path(settings.lake, pipeline, table), version)
        whole = F.xxhash64(F.to_json(F.struct(*rows.columns)))
        line = rows.agg(F.count(F.lit(1)).alias("rows"), F.bit_xor(whole).alias("digest")).collect()[0]
        digest = f"{(line['digest'] or 0) & (2**64 - 1):016x}"
        found[table] = {"version": version, "rows": line["rows"], "digest": digest}
    return found
