"""Remove rows from the archive, and from gold tables that no hop derives again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from pyspark.sql import DataFrame, SparkSession

from headgate.forgetting.find import PLACE, Finder, places_schema
from headgate.forgetting.found import Found
from headgate.forgetting.measure import further_gold
from headgate.forgetting.mentions import carried_key
from headgate.lake.history import column_types
from headgate.lake.paths import table_path
from headgate.lake.transaction import Transaction
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def erase_from_bronze(
    spark: SparkSession, settings: Settings, pipeline: str, found: Found, transaction: Transaction
) -> None:
    """Remove the rows that were found from the archive of each feed; a repeat changes nothing."""
    with transaction.on(spark):
        for feed, places in found.places.items():
            rows = spark.createDataFrame(sorted(places), places_schema())
            _delete(rows, table_path(settings.lake, pipeline, f"bronze.{feed}"), PLACE)


def erase_from_further_gold(
    settings: Settings,
    loaded: LoadedPipeline,
    finder: Finder,
    found: Found,
    tables: dict[str, int],
    transaction: Transaction,
) -> None:
    """Remove from gold tables that no hop derives the rows of the keys that vanish, where they carry them."""
    with transaction.on(finder.spark):
        for table in further_gold(loaded, tables):
            path = table_path(settings.lake, loaded.spec.pipeline, table)
            for named in carried_key(loaded, list(column_types(path) or {})):
                keys = found.keys.get(named)
                if keys:
                    columns = loaded.contracts[f"silver.{named}"].key
                    _delete(finder.keys_frame(named, keys, columns), path, columns)


def _delete(keys: DataFrame, path: str, columns: Iterable[str]) -> None:
    """Delete the rows with these keys. The log tells the columns' names; values are in no statement."""
    view = f"headgate_forget_{uuid.uuid4().hex}"
    keys.createOrReplaceTempView(view)
    on = " AND ".join(f"t.`{name}` <=> s.`{name}`" for name in columns)
    spark = keys.sparkSession
    spark.sql(f"MERGE INTO delta.`{path}` t USING {view} s ON {on} WHEN MATCHED THEN DELETE").collect()
    spark.catalog.dropTempView(view)
