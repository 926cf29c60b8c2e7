"""Stage silver: the range's archived rows, typed, with the rules that each of them broke."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.operations import operation_rules
from headgate.gates.quarantine import DISMISSED
from headgate.gates.row_predicates import failed_rules
from headgate.hops.attempt import Attempt
from headgate.hops.diverted import Diverted
from headgate.hops.known_files import KnownFiles
from headgate.hops.known_loads import brings_a_load
from headgate.hops.ledger import Ledger
from headgate.hops.requests import dismissals
from headgate.ingest.rescue import rescued_also, restored
from headgate.lake.columns import CARRIED
from headgate.lake.file_ranges import may_hold
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.lake.revisions import without_revisions
from headgate.lake.side_by_side import side_by_side
from headgate.spec.contract import ColumnType, Contract
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
    ledger: Ledger,
) -> None:
    """Write, for every silver table, the change-log rows of the range to the attempt.

    A table is left out where neither its feed's archive nor its own change log has anything that became known
    in these hours, in whichever hour it came, unless the contract expects rows or a full load came, which may
    be empty. What is in the log alone was forgotten, or came from another feed: staged without it, it goes.
    """
    versions, known = ledger.versions(), KnownFiles(settings, loaded.spec.pipeline)
    typed = {
        name: _typed_rows(spark, settings, loaded, name, hours, versions, known)
        for name, table in loaded.spec.silver.items()
        if loaded.contracts[f"silver.{name}"].expects_rows
        or brings_a_load(known, ledger, table.feed, hours)
        or any(
            may_hold(*_published(settings, loaded, source, versions), "_known_at", hours)
            for source in (f"bronze.{table.feed}", f"silver.{name}_changes")
        )
    }
    diverted = Diverted(settings, loaded.spec.pipeline, ledger)
    writes: list[Callable[[], None]] = []
    for name, rows in typed.items():
        contract = loaded.contracts[f"silver.{name}"]
        rows = with_references(spark, settings, loaded, rows, contract, versions, typed)
        failed = F.concat(operation_rules(), failed_rules(rows, contract, f"silver.{name}"))
        dismissed = F.col("_request").isin(dismissals(settings, loaded.spec.pipeline, name))
        failed = F.when(dismissed, F.array_append(failed, F.lit(DISMISSED))).otherwise(failed)
        marked = rows.withColumn("_failed_rules", failed)
        marked = diverted.mark(spark, marked, f"silver.{name}")
        target = str(attempt.table(f"silver.{name}_changes"))
        writes.append(partial(marked.coalesce(2).write.parquet, target))
    side_by_side(writes)


def _typed_rows(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    name: str,
    hours: HourRange,
    versions: dict[str, int],
    known: KnownFiles,
) -> DataFrame:
    table = loaded.spec.silver[name]
    bronze = f"bronze.{table.feed}"
    archived = read_at(spark, *_published(settings, loaded, bronze, versions))
    rows = without_revisions(
        archived.where(range_predicate("_known_at", hours)), known.superseded(table.feed)
    )
    rows = restored(rows, loaded.contracts[bronze].columns)
    if not table.transform:
        return cast_to_contract(rows, loaded.contracts[f"silver.{name}"])
    transform: Callable[[DataFrame], DataFrame] = load_transform(loaded, "silver", table.transform)
    return _within_years(transform(rows), loaded.contracts[f"silver.{name}"])


def _published(
    settings: Settings, loaded: LoadedPipeline, table: str, versions: dict[str, int]
) -> tuple[str, int]:
    """Where a table lies, and its published version: the one it was made with before any."""
    return table_path(settings.lake, loaded.spec.pipeline, table), versions.get(table, 0)


def cast_to_contract(rows: DataFrame, contract: Contract) -> DataFrame:
    """The contract's columns: the text column of the same name, cast; null where it cannot be.

    What cannot be cast is kept in `_rescued`. Numbers that are not finite, and moments outside of the years 1
    to 9999, are no values.
    """
    typed = {name: cast_text(name, column.type) for name, column in contract.columns.items()}
    lost = {
        name: F.when(typed[name].isNull(), F.col(name))
        for name, column in contract.columns.items()
        if column.type != "string"
    }
    carried = [rescued_also(lost).alias(name) if name == "_rescued" else F.col(name) for name in CARRIED]
    return rows.select(*(value.alias(name) for name, value in typed.items()), *carried)


def _within_years(rows: DataFrame, contract: Contract) -> DataFrame:
    """Moments and dates outside of the years 1 to 9999, which not every reader has, become null."""
    moments = [name for name, column in contract.columns.items() if column.type in ("date", "timestamp")]
    kinds = dict(rows.dtypes)
    present = [name for name in moments if kinds.get(name) in ("date", "timestamp")]
    kept = {name: F.when(F.year(name).between(1, 9999), F.col(name)) for name in present}
    return rows.withColumns(kept) if kept else rows


def cast_text(name: str, kind: ColumnType) -> Column:
    """The text of a column as a value of a type; null where it is none."""
    value = F.col(name).try_cast(kind)
    if kind == "double":
        return F.when(~F.isnan(value) & (F.abs(value) < float("inf")), value)
    if kind in ("date", "timestamp"):
        return F.when(F.year(value).between(1, 9999), value)
    return value


def with_references(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    rows: DataFrame,
    contract: Contract,
    versions: dict[str, int],
    staged: dict[str, DataFrame],
) -> DataFrame:
    """Add `_references_<column>`, true where the other table has the value, or is known to lack it.

    It has it in a live row, or gets it in this run: `staged` are the run's typed rows by table.
    """
    for name, column in contract.columns.items():
        if column.references is None:
            continue
        table, _, other = column.references.rpartition(".")
        path = table_path(settings.lake, loaded.spec.pipeline, f"silver.{table}")
        live = read_at(spark, path, versions.get(f"silver.{table}", 0)).where("NOT _deleted")
        values = live.select(F.col(other).alias(name))
        if table in staged:
            values = values.unionByName(staged[table].where("_op != 'D'").select(F.col(other).alias(name)))
        targets = values.distinct().withColumn("_found", F.lit(True))
        excused = F.col(name).isin(column.known_missing) if column.known_missing else F.lit(False)
        found = F.col(name).isNull() | excused | F.coalesce("_found", F.lit(False))
        rows = rows.join(F.broadcast(targets), on=name, how="left").withColumn(f"_references_{name}", found)
        rows = rows.drop("_found")
    return rows
