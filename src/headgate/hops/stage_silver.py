"""Stage silver: the range's archived rows, typed, with the rules that each of them broke."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.row_predicates import failed_rules
from headgate.hops.attempt import Attempt
from headgate.hops.known_files import KnownFiles
from headgate.lake.columns import CARRIED
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.lake.side_by_side import side_by_side
from headgate.spec.contract import Contract
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform


def stage_silver(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    attempt: Attempt,
    hours: HourRange,
    versions: dict[str, int],
) -> None:
    """Write, for every silver table, the change-log rows of the range to the attempt."""
    known = KnownFiles(settings, loaded.spec.pipeline)
    writes: list[Callable[[], None]] = []
    for name, table in loaded.spec.silver.items():
        bronze = f"bronze.{table.feed}"
        archived = read_at(spark, table_path(settings.lake, loaded.spec.pipeline, bronze), versions[bronze])
        rows = without_superseded(
            archived.where(range_predicate("_known_at", hours)), known.superseded(table.feed)
        )
        contract = loaded.contracts[f"silver.{name}"]
        if table.transform:
            transform: Callable[[DataFrame], DataFrame] = load_transform(loaded, "silver", table.transform)
            typed = transform(rows)
        else:
            typed = cast_to_contract(rows, contract)
        typed = with_references(spark, settings, loaded, typed, contract, versions)
        marked = typed.withColumn("_failed_rules", failed_rules(typed, contract, f"silver.{name}"))
        target = str(attempt.table(f"silver.{name}_changes"))
        writes.append(partial(marked.coalesce(2).write.parquet, target))
    side_by_side(writes)


def without_superseded(rows: DataFrame, superseded: dict[str, int]) -> DataFrame:
    """Leave out rows of files that were mended later: path -> the lowest revision that counts."""
    for path, revision in superseded.items():
        rows = rows.where(~((F.col("_file") == path) & (F.col("_revision") < revision)))
    return rows


def cast_to_contract(rows: DataFrame, contract: Contract) -> DataFrame:
    """The contract's columns: the text column of the same name, cast; null where it cannot be."""
    columns = [
        F.expr(f"try_cast(`{name}` AS {column.type})").alias(name)
        for name, column in contract.columns.items()
    ]
    return rows.select(*columns, *CARRIED)


def with_references(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    rows: DataFrame,
    contract: Contract,
    versions: dict[str, int],
) -> DataFrame:
    """Add `_references_<column>`, true where the value is among the live rows of the other table."""
    for name, column in contract.columns.items():
        if column.references is None:
            continue
        table, _, other = column.references.rpartition(".")
        path = table_path(settings.lake, loaded.spec.pipeline, f"silver.{table}")
        live = read_at(spark, path, versions.get(f"silver.{table}", 0)).where("NOT _deleted")
        targets = live.select(F.col(other).alias(name)).distinct().withColumn("_found", F.lit(True))
        found = F.col(name).isNull() | F.coalesce("_found", F.lit(False))
        rows = rows.join(F.broadcast(targets), on=name, how="left").withColumn(f"_references_{name}", found)
        rows = rows.drop("_found")
    return rows
