"""SQL names of a pipeline's tables: views pinned to the versions that the ledger calls published."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyspark.sql import SparkSession

from headgate.gates.quarantine import quarantine_query
from headgate.hops.columns_there import of_columns_there
from headgate.hops.history import history_query, loads_then
from headgate.hops.ledger import Ledger
from headgate.hops.outcomes import outcomes_query
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.lake.pins import relation_at
from headgate.lake.side_by_side import side_by_side
from headgate.spec.contract import Contract
from headgate.spec.load import LoadedPipeline, load_all
from headgate.spec.predictions import PREDICTIONS
from headgate.spec.settings import Settings


def register(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, versions: dict[str, int]
) -> None:
    """Name the tables in `versions` `<pipeline>_<layer>.<table>`, each at that version, and the records.

    Live silver tables show only rows that are not ended; `<table>_quarantine` shows the marked changes,
    `<table>_history`, where the spec asks for it, when each row held; `outcomes` the predictions with labels.
    A column that is in the contract, but not in the version yet, comes with the publish that brings it; so do
    a history whose key it is in, and the outcomes whose label or key it is.
    """
    pipeline = loaded.spec.pipeline
    for layer in sorted({table.partition(".")[0] for table in versions}):
        spark.sql(f"CREATE DATABASE IF NOT EXISTS `{pipeline}_{layer}`")
    works: list[Callable[[], None]] = []
    for table, version in versions.items():
        layer, _, name = table.partition(".")
        pinned = relation_at(table_path(settings.lake, pipeline, table), version)
        base = name if name in loaded.spec.silver else name.removesuffix("_changes")
        if layer != "silver" or base not in loaded.spec.silver:
            works.append(partial(_view, spark, f"`{pipeline}_{layer}`.`{name}`", f"SELECT * FROM {pinned}"))
            continue
        contract = loaded.contracts[f"silver.{base}"]
        view = partial(_view_of_contract, spark, contract, pinned)
        if name == base:
            works.append(partial(view, f"`{pipeline}_silver`.`{base}`", _live_query))
            continue
        works.append(partial(_view, spark, f"`{pipeline}_silver`.`{name}`", f"SELECT * FROM {pinned}"))
        works.append(partial(view, f"`{pipeline}_silver`.`{base}_quarantine`", quarantine_query))
        history = f"`{pipeline}_silver`.`{base}_history`"
        if loaded.spec.silver[base].history:
            query = partial(history_query, loads=loads_then(settings, loaded, base))
            works.append(partial(_history_view, spark, contract, pinned, history, query))
        else:
            works.append(partial(_no_view, spark, history))  # of an earlier spec
    side_by_side(works)
    if loaded.spec.scored and "gold.examples" in versions:
        _register_outcomes(spark, settings, loaded, scored=PREDICTIONS in versions)
    register_records(spark, settings, pipeline)


def _register_outcomes(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, *, scored: bool
) -> None:
    """Name the outcomes: a view of two views, so that it moves with either of them.

    Predictions that are not published yet are named too, without rows.
    """
    pipeline, described = loaded.spec.pipeline, loaded.spec.examples
    assert described is not None  # what is scored has examples
    path = table_path(settings.lake, pipeline, PREDICTIONS)
    if current_version(path) is None:
        return  # a lake of an earlier Headgate, before its next hour
    predictions, examples = f"`{pipeline}_gold`.`predictions`", f"`{pipeline}_gold`.`examples`"
    if not scored:
        spark.sql(f"CREATE VIEW IF NOT EXISTS {predictions} AS SELECT * FROM delta.`{path}` WHERE false")
    needed = {*described.grain, described.label, described.label_known_at}
    said = set(described.grain) <= set(spark.table(predictions).columns)
    if said and needed <= set(spark.table(examples).columns):
        outcomes = outcomes_query(loaded.spec, predictions, examples)
        _view(spark, f"`{pipeline}_gold`.`outcomes`", outcomes)


def register_records(spark: SparkSession, settings: Settings, pipeline: str) -> None:
    """Name the append-only records that exist, always at their newest version: ledger, requests, models,
    releases, drift, alerts.

    Of the statistics only those of finished publishes are shown.
    """
    spark.sql(f"CREATE DATABASE IF NOT EXISTS `{pipeline}_ops`")
    ledger = table_path(settings.lake, pipeline, "ops.hops")
    done = f"WHERE number IN (SELECT number FROM delta.`{ledger}` WHERE state = 'done')"
    for name, rows in {
        "hops": "",
        "requests": "",
        "models": "",
        "releases": "",
        "drift": "",
        "alerts": "",
        "statistics": done,
    }.items():
        path = table_path(settings.lake, pipeline, f"ops.{name}")
        if not spark.catalog.tableExists(f"{pipeline}_ops.{name}") and current_version(path) is not None:
            _view(spark, f"`{pipeline}_ops`.`{name}`", f"SELECT * FROM delta.`{path}` {rows}")


def register_all(spark: SparkSession, settings: Settings) -> list[tuple[LoadedPipeline, Ledger]]:
    """Name the published tables of every sound pipeline: the engine's catalog is empty after a start.

    Returns the pipelines, each with what its ledger said.
    """
    pipelines = [
        (loaded, Ledger(settings, loaded.spec.pipeline, loaded.spec.hops[-1]))
        for loaded in load_all(settings)[0]
    ]
    for loaded, ledger in pipelines:
        register(spark, settings, loaded, ledger.versions())
    return pipelines


def _live_query(pinned: str, contract: Contract) -> str:
    columns = ", ".join(f"`{column}`" for column in contract.columns)
    return f"SELECT {columns}, _sequence, _known_at FROM {pinned} WHERE NOT _deleted"


def _view_of_contract(
    spark: SparkSession, contract: Contract, pinned: str, name: str, query: Callable[[str, Contract], str]
) -> None:
    _view(spark, name, query(pinned, of_columns_there(spark, contract, pinned)))


def _history_view(
    spark: SparkSession, contract: Contract, pinned: str, name: str, query: Callable[[str, Contract], str]
) -> None:
    there = of_columns_there(spark, contract, pinned)
    if set(contract.key) <= set(there.columns):
        _view(spark, name, query(pinned, there))
    else:
        _no_view(spark, name)


def _view(spark: SparkSession, name: str, selection: str) -> None:
    spark.sql(f"CREATE OR REPLACE VIEW {name} AS {selection}")


def _no_view(spark: SparkSession, name: str) -> None:
    spark.sql(f"DROP VIEW IF EXISTS {name}")
