"""Put silver and gold back to versions that were published together, on record in the ledger."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from functools import partial

from deltalake.exceptions import DeltaError
from pyspark.sql import SparkSession

from headgate.hops.catalog import register
from headgate.hops.ledger import ROLLBACK, Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import tables_of_hop, versions_now
from headgate.lake.history import files_at
from headgate.lake.paths import table_path
from headgate.lake.side_by_side import side_by_side
from headgate.lake.storage import absent
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

ROLLED_BACK = ("silver", "gold")
"""Bronze stays: it is the archive that all else is derived from."""


class VersionsGone(HeadgateError):
    """The lake no longer has the versions to go back to."""


@dataclasses.dataclass(frozen=True)
class TablesBack:
    """Where tables go back to.

    `until` is the frontier then, `now` the frontier now; the hours in (`since`, `now`] are to be derived
    again before the next hour (`since` None: from the beginning; equal to `now`: none). `versions` are the
    published ones to go back to, of those tables that differ; `kept` tables did not exist then and stay.
    """

    until: datetime
    now: datetime
    since: datetime | None
    versions: dict[str, int]
    kept: list[str]


def tables_back(loaded: LoadedPipeline, ledger: Ledger, line: Entry) -> TablesBack:
    """The way back to what was published right after `line`: a publish, maintenance or a forgetting."""
    then, published = ledger.versions(line.entry), ledger.versions()
    until = max(e.range_end for e in ledger.done(ledger.last_hop) if e.entry <= line.entry)
    now = ledger.frontier() or until
    later = [e for hop in ROLLED_BACK for e in ledger.done(hop) if e.entry > line.entry]
    starts = [e.range_start for e in later if e.range_start is None or e.range_start < now]
    known = [start for start in starts if start is not None]
    since = None if len(known) < len(starts) else min([*known, until])
    tables = [table for hop in ROLLED_BACK for table in tables_of_hop(loaded, hop) if table in published]
    same = _restored(ledger)
    return TablesBack(
        until=until,
        now=now,
        since=since,
        versions={
            t: then[t]
            for t in tables
            if t in then and same.get((t, then[t]), then[t]) != same.get((t, published[t]), published[t])
        },
        kept=[table for table in tables if table not in then],
    )


def require_files(settings: Settings, pipeline: str, versions: dict[str, int]) -> None:
    """Raise VersionsGone where the lake no longer has a version or one of its files."""
    for table, version in versions.items():
        missing = _missing(table_path(settings.lake, pipeline, table), version)
        if missing:
            raise VersionsGone(
                f"{table} cannot go back to version {version}: {missing}",
                where=table_path(settings.lake, pipeline, table),
                left="all tables and the alias champion as they were",
                next_command="leave out --tables, which moves the champion alone, since tables go back as "
                "far as HEADGATE_KEEP_VERSIONS reaches; or mend what is wrong and derive its hours again: "
                f"./headgate replay {pipeline}",
            )


def roll_tables_back(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    ledger: Ledger,
    back: TablesBack,
    *,
    name: str,
    verdict: str,
    by: str,
    why: str,
) -> Ledger:
    """Write the intent, restore the tables, write `rolled_back` with their versions, and move the SQL names.

    `name` identifies the rollback, `verdict` says in words what it goes back to. Until something has derived
    (`since`, `now`] again, hours wait. Raises VersionsGone.
    """
    pipeline = loaded.spec.pipeline
    require_files(settings, pipeline, back.versions)
    intent = Entry(
        entry=ledger.next_entry(),
        number=ledger.next_number(),
        hop=ROLLBACK,
        state="intent",
        hour=back.until - HOUR,
        range_start=back.since,
        range_end=back.now,
        frontier=back.now,
        attempt=name,
        digest="",
        verdict=verdict,
        versions_before=versions_now(settings, pipeline, list(back.versions)),
        versions=back.versions,
        code=loaded.code,
        spec=loaded.digest,
        decided_by=by,
        why=why,
    )
    return complete_rollback(
        spark, settings, loaded, intent, append_entry(settings, pipeline, ledger, intent)
    )


def complete_rollback(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, intent: Entry, ledger: Ledger
) -> Ledger:
    """Restore the tables of an intent and write its end; done twice, the rows are the same."""
    pipeline = loaded.spec.pipeline
    paths = {table: table_path(settings.lake, pipeline, table) for table in intent.versions}
    side_by_side(
        [partial(_restore, spark, paths[table], version) for table, version in intent.versions.items()]
    )
    versions = versions_now(settings, pipeline, list(paths))
    ended = dataclasses.replace(intent, entry=ledger.next_entry(), state="rolled_back", versions=versions)
    ledger = append_entry(settings, pipeline, ledger, ended)
    register(spark, settings, loaded, versions)
    return ledger


def _restored(ledger: Ledger) -> dict[tuple[str, int], int]:
    """For each version of a table that a rollback or maintenance made, the version whose rows it has."""
    found: dict[tuple[str, int], int] = {}
    intents = {e.number: e for e in ledger.entries() if e.hop == ROLLBACK and e.state == "intent"}
    for line in (e for e in ledger.entries() if e.state in ("rolled_back", "maintained")):
        origin = intents[line.number].versions if line.state == "rolled_back" else line.versions_before
        for table, before in origin.items():
            found[table, line.versions[table]] = found.get((table, before), before)
    return found


def _restore(spark: SparkSession, path: str, version: int) -> None:
    spark.sql(f"RESTORE TABLE delta.`{path}` TO VERSION AS OF {version}").collect()


def _missing(path: str, version: int) -> str:
    """What the lake lacks of a table's version, in words; empty where it is whole."""
    try:
        files = files_at(path, version)
    except DeltaError:
        return "its log does not reach back that far"
    lost = absent(files)
    return f"it lacks {len(lost)} of its {len(files)} files" if lost else ""
