"""The rows of bronze that were delivered late, and their stamp as if they had come in time."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from pyspark.sql import SparkSession

from headgate.hops.catalog import register
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import versions_now
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.transaction import Transaction
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

IN_TIME = "date_trunc('hour', _committed_at) + INTERVAL 1 HOUR"
"""SQL: when a change was known that came with the files of its hour; see `ingest.ordering.known_at`."""


def is_late(since: datetime) -> str:
    """SQL that is true for rows that came late, of those committed at or after `since`.

    What re-entered from the quarantine was not late: its mending became known when it did.
    """
    moment = f"TIMESTAMP '{since:%Y-%m-%d %H:%M:%S}+00:00'"
    return f"_request IS NULL AND _committed_at >= {moment} AND _known_at > {IN_TIME}"


def stamped_late(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, versions: dict[str, int], since: datetime
) -> dict[str, int]:
    """How many rows of each feed's archive came late; feeds without any are left out."""
    found = {}
    for feed in loaded.spec.feeds:
        table = f"bronze.{feed}"
        if table in versions:
            path = table_path(settings.lake, loaded.spec.pipeline, table)
            found[feed] = read_at(spark, path, versions[table]).where(is_late(since)).count()
    return {feed: rows for feed, rows in found.items() if rows}


def complete_restamp(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, intent: Entry, ledger: Ledger
) -> Ledger:
    """Stamp the tables of an intent anew and write its end; done twice, the rows are the same."""
    pipeline = loaded.spec.pipeline
    with Transaction(f"{pipeline}/{intent.hop}", intent.number).on(spark):
        for table in intent.rows:
            path = table_path(settings.lake, pipeline, table)
            spark.sql(
                f"UPDATE delta.`{path}` SET _known_at = {IN_TIME} WHERE {is_late(intent.hour)}"
            ).collect()
    versions = versions_now(settings, pipeline, list(intent.rows))
    ended = dataclasses.replace(intent, entry=ledger.next_entry(), state="restamped", versions=versions)
    ledger = append_entry(settings, pipeline, ledger, ended)
    register(spark, settings, loaded, versions)
    return ledger
