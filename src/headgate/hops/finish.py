"""Finish what a crash left open: a publish that was begun is completed from its staging, or undone."""

from __future__ import annotations

import dataclasses

from pyspark.sql import SparkSession

from headgate.hops.attempt import Attempt, NoAttempt
from headgate.hops.catalog import register
from headgate.hops.ledger import RESTAMP, ROLLBACK, Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import publish_tables, tables_of_hop, versions_now
from headgate.hops.restamp_bronze import complete_restamp
from headgate.hops.roll_back import complete_rollback
from headgate.hops.statistics_log import append_statistics, require_kept
from headgate.lake.paths import table_path
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def finish_open_intents(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, ledger: Ledger
) -> Ledger:
    """Complete every open intent from its pinned staging; where that is lost, restore the versions before."""
    for intent in ledger.open_intents():
        if intent.hop == ROLLBACK:
            ledger = complete_rollback(spark, settings, loaded, intent, ledger)
            continue
        if intent.hop == RESTAMP:
            ledger = complete_restamp(spark, settings, loaded, intent, ledger)
            continue
        attempt = Attempt(settings, loaded.spec.pipeline, intent.hop, intent.attempt)
        if _intact(attempt, intent):
            ledger = complete(spark, settings, loaded, attempt, intent, ledger)
        else:
            ledger = _undo(spark, settings, loaded, intent, ledger)
    return ledger


def complete(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    attempt: Attempt,
    intent: Entry,
    ledger: Ledger,
) -> Ledger:
    """Commit the tables of an intent, then their statistics, then write `done` with the versions."""
    publish_tables(spark, settings, loaded, attempt, intent, ledger)
    append_statistics(settings, attempt, intent.number)
    versions = versions_now(settings, loaded.spec.pipeline, tables_of_hop(loaded, intent.hop))
    done = dataclasses.replace(intent, entry=ledger.next_entry(), state="done", versions=versions)
    ledger = append_entry(settings, loaded.spec.pipeline, ledger, done)
    register(spark, settings, loaded, versions)
    return ledger


def _intact(attempt: Attempt, intent: Entry) -> bool:
    try:
        attempt.manifest()
        require_kept(attempt)
    except NoAttempt:
        return False
    return attempt.digest()[0] == intent.digest


def _undo(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, intent: Entry, ledger: Ledger
) -> Ledger:
    """Put every table of the hop back to the version that the intent found."""
    tables = tables_of_hop(loaded, intent.hop)
    for table in tables:
        now = versions_now(settings, loaded.spec.pipeline, [table])
        before = intent.versions_before[table]
        if now[table] != before:
            path = table_path(settings.lake, loaded.spec.pipeline, table)
            spark.sql(f"RESTORE TABLE delta.`{path}` TO VERSION AS OF {before}").collect()
    versions = versions_now(settings, loaded.spec.pipeline, tables)
    undone = dataclasses.replace(intent, entry=ledger.next_entry(), state="undone", versions=versions)
    ledger = append_entry(settings, loaded.spec.pipeline, ledger, undone)
    register(spark, settings, loaded, versions)
    return ledger
