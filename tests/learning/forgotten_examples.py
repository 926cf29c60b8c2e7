"""What forgetting a subject leaves behind: a line in the ledger, and of the tables no earlier version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from headgate.forgetting.measure import stored_tables
from headgate.forgetting.purge_tables import purge_tables, rewrite_tables, settle_pins
from headgate.hops.ledger import FORGET, Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import versions_now
from headgate.spec.settings import Settings
from tests.learning.learning_world import HOUR


def forgotten(
    spark: SparkSession, settings: Settings, pipeline: str, since: datetime, derive: Callable[[], object]
) -> Entry:
    """Forget a subject that was known since a moment, where `derive` publishes what is left of the examples.

    Returns the first line of it.
    """

    def ledger() -> Ledger:
        return Ledger(settings, pipeline, "gold")

    before = ledger()
    frontier = before.frontier()
    assert frontier is not None
    line = Entry(
        entry=before.next_entry(), number=before.next_number(), hop=FORGET, state="forgetting",
        hour=frontier - HOUR, range_start=since, range_end=frontier, frontier=frontier,
        attempt=f"forget-{before.next_number()}", digest="salted", versions_before=before.versions(),
        decided_by="anna", why="request 12",
    )  # fmt: skip
    settle_pins(spark, settings, pipeline, append_entry(settings, pipeline, before, line))
    derive()
    rewrite_tables(spark, settings, pipeline, ledger(), line)
    versions = versions_now(settings, pipeline, list(stored_tables(settings, pipeline, ledger())))
    noted = replace(line, entry=ledger().next_entry(), versions_before={}, versions=versions)
    append_entry(settings, pipeline, ledger(), noted)
    purge_tables(spark, settings, pipeline, ledger(), datetime.now(UTC))
    ended = replace(noted, entry=ledger().next_entry(), state="forgotten", versions={})
    append_entry(settings, pipeline, ledger(), ended)
    return line
