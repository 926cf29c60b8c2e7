"""Publish: commit exactly the bytes that the gate judged, framed by `intent` and `done` in the ledger."""

from __future__ import annotations

import time

from pyspark.sql import SparkSession

from headgate.gates.verdict import Verdict
from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.finish import complete, finish_open_intents
from headgate.hops.ledger import Entry, Ledger, TableRows
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import tables_of_hop, versions_now
from headgate.hops.statistics_log import require_kept
from headgate.lake.interpretation import interpret_little
from headgate.spec.errors import HeadgateError
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings


class NotPublished(HeadgateError):
    """The attempt may not be published: not judged, changed since, or its inputs moved on."""


def publish(spark: SparkSession, settings: Settings, pipeline: str, hop: str, name: str) -> Entry:
    """Publish the attempt `name` of a hop; returns its `done` line. A repeat changes nothing.

    Raises NotPublished where the gate has not passed these very bytes, or where the frontier or a pinned
    version has moved since they were staged, NoAttempt where a record of stage or gate is missing.
    """
    started = time.monotonic()
    loaded = load_pipeline(settings, pipeline)
    attempt = Attempt(settings, pipeline, hop, name)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    for entry in ledger.done(hop):
        if entry.attempt == name:
            return entry
    manifest = attempt.manifest()
    verdict = Verdict.from_json(attempt.read_text("verdict.json"))
    require_kept(attempt)
    _check(attempt, manifest, verdict, ledger)
    interpret_little(spark, manifest.bytes)
    intent = Entry(
        entry=ledger.next_entry(),
        number=ledger.next_number(),
        hop=hop,
        state="intent",
        hour=manifest.hour,
        range_start=manifest.claimed.start,
        range_end=manifest.claimed.end,
        frontier=manifest.frontier,
        attempt=name,
        digest=manifest.digest,
        verdict=verdict.accepted or "passed",
        report=verdict.report,
        rows={
            table: TableRows(
                counts["staged"], counts["quarantined"], counts["staged"] - counts["quarantined"]
            )
            for table, counts in verdict.rows.items()
        },
        versions_before=versions_now(settings, pipeline, tables_of_hop(loaded, hop)),
        seconds=round(manifest.seconds + time.monotonic() - started, 3),
        bytes=manifest.bytes,
        code=manifest.code,
        spec=manifest.spec,
    )
    ledger = append_entry(settings, pipeline, ledger, intent)
    ledger = complete(spark, settings, loaded, attempt, intent, ledger)
    return ledger.done(hop)[-1]


def _check(attempt: Attempt, manifest: Manifest, verdict: Verdict, ledger: Ledger) -> None:
    digest, _ = attempt.digest()
    if not verdict.passed:
        problem = "its gate is closed"
    elif digest != manifest.digest or verdict.digest != manifest.digest:
        problem = "the staged files are not those that the gate judged"
    elif ledger.frontier() != manifest.frontier:
        problem = "another run moved the frontier since it was staged"
    elif moved := [t for t in ledger.versions() if not ledger.holds(t, manifest.inputs.get(t))]:
        problem = f"another run published since it was staged: {', '.join(sorted(moved))}"
    else:
        return
    raise NotPublished(
        what=f"The {manifest.hop} attempt {manifest.attempt} is not published: {problem}.",
        where=str(attempt.folder),
        left="All published tables are as they were.",
        next_command=f"Clear the task {manifest.hop}.stage of this run, with its downstream tasks.",
    )
