"""Keep a pipeline's storage in order: few files, no old versions, no old staging and reports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyspark.sql import SparkSession

from headgate.hops.catalog import register
from headgate.hops.finish import finish_open_intents
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import versions_now
from headgate.lake.append_record import compact_record, vacuum_record
from headgate.lake.clean_log import clean_log
from headgate.lake.compact import compact, keep_for
from headgate.lake.folder_size import FolderSize, folder_size
from headgate.lake.history import current_version, data_files, is_kept, same_files
from headgate.lake.paths import table_path
from headgate.lake.pins import pin
from headgate.lake.remove_old import remove_old
from headgate.lake.table_names import table_names
from headgate.lake.vacuum import vacuum
from headgate.releases.forgotten import forgetting_of
from headgate.releases.model_headers import headers
from headgate.releases.report_page import FOLDER as MODEL_REPORTS
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings

HOP = "maintain"
RECORDS = "ops"
SESSIONS = "sessions"


@dataclass(frozen=True)
class Keep:
    """How long replaced versions of tables, staging and reports are kept."""

    versions: timedelta
    staging: timedelta
    reports: timedelta


@dataclass(frozen=True)
class Maintained:
    """What was done to one table, to the staging or to the reports: its files before and after.

    `live` are the files that hold a table's newest version.
    """

    name: str
    before: FolderSize
    after: FolderSize
    live_before: int = 0
    live_after: int = 0

    def __str__(self) -> str:
        freed = round((self.before.bytes - self.after.bytes) / 1e6, 1)
        said = (
            f"freed {abs(freed):,.1f} MB" if freed >= 0 else f"{-freed:,.1f} MB more, with the versions kept"
        )
        words = f"{self.name:<32} {self.before.files:>6,} files -> {self.after.files:>6,}, {said}"
        live = f", newest version {self.live_before} -> {self.live_after} files"
        return words + live if self.live_before else words


def maintain(
    spark: SparkSession, settings: Settings, pipeline: str, keep: Keep, now: datetime
) -> Iterator[Maintained]:
    """Maintain the pipeline, and tell of each table, of staging and of reports when it is done.

    Small files become few and deleted rows leave them, which the ledger notes as `maintained`, so that
    readers have the benefit at once; what was replaced longer than `keep.versions` ago is removed from
    storage and log. Versions that a recorded model is pinned to stay readable. Attempts of open publishes
    and closed gates stay. Every step can be repeated; what a kill interrupts, the next run completes.
    """
    loaded = load_pipeline(settings, pipeline)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    tables = {
        table: table_path(settings.lake, pipeline, table)
        for table in table_names(settings.lake, pipeline)
        if current_version(table_path(settings.lake, pipeline, table)) is not None
    }
    stored = {table: path for table, path in tables.items() if not table.startswith(f"{RECORDS}.")}
    before = {table: (folder_size(path), len(data_files(path))) for table, path in tables.items()}
    for header in headers(settings, pipeline):
        if forgetting_of(ledger, header):
            continue  # what it learned from holds a subject that is to be forgotten
        for table, version in header["pins"].items():
            pin(spark, tables[table], int(version))
    for table, path in tables.items():
        if table in stored:
            keep_for(spark, path, keep.versions)
            compact(spark, path)
        else:
            compact_record(path)
    published = _note(spark, settings, loaded, ledger, now)
    for table, path in tables.items():
        if table in stored:
            vacuum(spark, path, keep.versions)
        else:
            vacuum_record(path, keep.versions)
        clean_log(path, now, keep.versions, published.get(table))
        size, live = before[table]
        yield Maintained(table, size, folder_size(path), live, len(data_files(path)))
    yield from _folders(settings, loaded, ledger, keep, now)


def _note(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, ledger: Ledger, now: datetime
) -> dict[str, int]:
    """Write the line `maintained` with the versions that hold the published rows now, if any are new.

    Returns the published versions by `<layer>.<table>`.
    """
    pipeline, published = loaded.spec.pipeline, ledger.versions()
    versions = versions_now(settings, pipeline, list(published))
    moved = {
        table: version
        for table, version in versions.items()
        if version != published[table]
        and not _only_vacuumed(settings, pipeline, table, published[table], version)
    }
    if not moved:
        return published
    last = ledger.done()[-1]
    entry = Entry(
        entry=ledger.next_entry(),
        number=0,
        hop=HOP,
        state="maintained",
        hour=last.hour,
        range_start=last.range_start,
        range_end=last.range_end,
        frontier=ledger.frontier(),
        attempt=f"{HOP}-{now:%Y-%m-%dT%H:%M:%S}",
        digest="",
        versions_before={table: published[table] for table in moved},
        versions=moved,
        code=loaded.code,
        spec=loaded.digest,
    )
    ledger = append_entry(settings, pipeline, ledger, entry)
    register(spark, settings, loaded, moved)
    return ledger.versions()


def _only_vacuumed(settings: Settings, pipeline: str, table: str, before: int, now: int) -> bool:
    """Whether a record was not even compacted: removing its old files makes commits of its own."""
    path = table_path(settings.lake, pipeline, table)
    return table.startswith(f"{RECORDS}.") and is_kept(path, before) and same_files(path, before, now)


def _folders(
    settings: Settings, loaded: LoadedPipeline, ledger: Ledger, keep: Keep, now: datetime
) -> Iterator[Maintained]:
    pipeline = loaded.spec.pipeline
    waiting = {(entry.hop, entry.attempt) for entry in (*ledger.open_intents(), *ledger.shut_gates())}
    staging, reports = settings.staging / pipeline, settings.reports / pipeline
    attempts = [
        attempt
        for attempt in staging.glob("*/*")
        if attempt.is_dir()
        and attempt.parent.name != SESSIONS
        and (attempt.parent.name, attempt.name) not in waiting
    ]
    pages = {(settings.reports / entry.report).parent for entry in ledger.shut_gates()}
    hours = [
        hour
        for hour in reports.glob("*/*")
        if hour.is_dir() and hour.parent.name != MODEL_REPORTS and hour not in pages
    ]
    for name, folder, found, kept in (
        ("staging", staging, attempts, keep.staging),
        ("reports", reports, hours, keep.reports),
    ):
        size = folder_size(str(folder))
        remove_old(found, now - kept)
        yield Maintained(name, size, folder_size(str(folder)))
