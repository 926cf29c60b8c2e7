"""The Delta commits of one publish, in fixed order: exactly the staged rows, once."""

from __future__ import annotations

import dataclasses
from functools import partial

from pyspark.sql import DataFrame, SparkSession

from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.known_files import KnownFiles
from headgate.hops.known_loads import loads_with, published_loads
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.publish_silver import publish_silver_table
from headgate.lake.append import append
from headgate.lake.append_record import append_record
from headgate.lake.history import current_version
from headgate.lake.merge import merge
from headgate.lake.paths import table_path
from headgate.lake.read import read_staged
from headgate.lake.replace import range_predicate
from headgate.lake.side_by_side import side_by_side
from headgate.lake.transaction import Transaction
from headgate.spec.layers import SCORES
from headgate.spec.load import LoadedPipeline
from headgate.spec.predictions import PREDICTIONS
from headgate.spec.settings import Settings


def tables_of_hop(loaded: LoadedPipeline, hop: str) -> list[str]:
    """The tables that a hop publishes, in the order of their commits."""
    spec = loaded.spec
    if hop == "bronze":
        return [*(f"bronze.{feed}" for feed in spec.feeds), "ops.files"]
    if hop == "silver":
        return [table for name in spec.silver for table in (f"silver.{name}_changes", f"silver.{name}")]
    if hop == SCORES:
        return [PREDICTIONS]
    return [f"gold.{name}" for name in (*spec.gold, *(["examples"] if spec.examples else []))]


def versions_now(settings: Settings, pipeline: str, tables: list[str]) -> dict[str, int]:
    """The newest version of each table in storage."""
    found = {table: current_version(table_path(settings.lake, pipeline, table)) for table in tables}
    return {table: version for table, version in found.items() if version is not None}


def publish_tables(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    attempt: Attempt,
    intent: Entry,
    ledger: Ledger,
) -> None:
    """Commit what the attempt staged; a repeat of the same intent changes nothing."""
    publisher = _Publisher(spark, settings, loaded, attempt, attempt.manifest(), intent, ledger)
    {
        "bronze": publisher.bronze,
        "silver": publisher.silver,
        "gold": publisher.gold,
        SCORES: publisher.scores,
    }[intent.hop]()


class _Publisher:
    def __init__(
        self,
        spark: SparkSession,
        settings: Settings,
        loaded: LoadedPipeline,
        attempt: Attempt,
        manifest: Manifest,
        intent: Entry,
        ledger: Ledger,
    ) -> None:
        self.spark, self.settings, self.loaded = spark, settings, loaded
        self.attempt, self.manifest, self.intent, self.ledger = attempt, manifest, intent, ledger
        # The hop has published nothing yet for the intent's hours, nor for later ones.
        self.first_time = not ledger.has_published(intent.hop, intent.hours)
        self.transaction = Transaction(f"{manifest.pipeline}/{manifest.hop}", intent.number)

    def bronze(self) -> None:
        feeds = [
            feed
            for feed in self.loaded.spec.feeds
            if any(file.feed == feed and file.rows for file in self.manifest.files)
        ]
        evolving = [f for f in feeds if self.loaded.spec.feeds[f].on_schema_change == "evolve"]
        side_by_side(
            [partial(self._append, f"bronze.{feed}", new_columns=feed in evolving) for feed in feeds]
        )
        if self.manifest.files:
            rows = [
                {**dataclasses.asdict(file), "number": self.intent.number}
                for file in sorted(self.manifest.files, key=lambda file: file.path)
            ]
            append_record(rows, self._path("ops.files"), self.transaction)

    def silver(self) -> None:
        known = KnownFiles(self.settings, self.manifest.pipeline)
        with self.transaction.on(self.spark):
            side_by_side(
                [
                    partial(self._silver_table, name, known)
                    for name in self.loaded.spec.silver
                    if f"silver.{name}_changes" in self.manifest.tables
                ]
            )

    def gold(self) -> None:
        with self.transaction.on(self.spark):
            side_by_side([partial(self._gold_table, table) for table in tables_of_hop(self.loaded, "gold")])

    def scores(self) -> None:
        """Add what was said. No hour is scored twice, so there is nothing to compare with."""
        self._append(PREDICTIONS)

    def _append(self, table: str, *, new_columns: bool = False) -> None:
        append(self._staged(table), self._path(table), self.transaction, new_columns=new_columns)

    def _silver_table(self, name: str, known: KnownFiles) -> None:
        contract, log = self.loaded.contracts[f"silver.{name}"], f"silver.{name}_changes"
        feed = self.loaded.spec.silver[name].feed
        loads = loads_with(known, self.ledger, feed, self.intent)
        publish_silver_table(
            self._staged(log).drop(*(f"_references_{column}" for column in contract.columns)),
            log=self._path(log),
            live=self._path(f"silver.{name}"),
            log_before=self.intent.versions_before[log],
            hours=self.manifest.hours,
            first_time=self.first_time,
            loads=loads,
            new_load=loads != published_loads(known, self.ledger, feed),
            contract=contract,
            transaction=self.transaction,
        )

    def _gold_table(self, table: str) -> None:
        """Bring the range of as-of hours to what was staged, and the labels of earlier examples."""
        name, examples = table.removeprefix("gold."), self.loaded.spec.examples
        if name == "examples" and examples:
            grain, as_of = examples.grain, examples.as_of
        else:
            grain, as_of = self.loaded.spec.gold[name].grain, self.loaded.spec.gold[name].as_of
        within = range_predicate(as_of, self.manifest.hours).replace(f"`{as_of}`", f"t.`{as_of}`")
        if self.first_time and name != "examples":
            self._append(table)
        else:
            delete_within = None if self.first_time else within
            merge(self._staged(table), self._path(table), grain, delete_within=delete_within)

    def _staged(self, table: str) -> DataFrame:
        return read_staged(self.spark, self.attempt.table(table))

    def _path(self, table: str) -> str:
        return table_path(self.settings.lake, self.manifest.pipeline, table)
