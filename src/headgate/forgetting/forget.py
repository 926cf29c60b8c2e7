"""Forget a subject: out of the archive, everything that depends on it derived again, and no version left."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyspark.sql import SparkSession

from headgate.forgetting.certificate import (
    certificate_path,
    moment_text,
    read_certificate,
    tables_compared,
    write_certificate,
)
from headgate.forgetting.derive_again import derive_again
from headgate.forgetting.erase import erase_from_bronze, erase_from_further_gold
from headgate.forgetting.find import Finder
from headgate.forgetting.found import Found, drop, keep, kept, plan_path
from headgate.forgetting.left import rows_left
from headgate.forgetting.measure import measure, stored_tables
from headgate.forgetting.mentioned import Mentioned
from headgate.forgetting.outlook import concerned_releases, outlook
from headgate.forgetting.purge_folders import purge_reports, purge_staging
from headgate.forgetting.purge_records import purge_messages, purge_record_files, purge_requests
from headgate.forgetting.purge_statistics import purge_statistics
from headgate.forgetting.purge_tables import purge_tables, rewrite_tables, settle_pins
from headgate.forgetting.refusals import not_there, require_possible, require_unnamed, still_there
from headgate.forgetting.subject import PREFIX, Subject
from headgate.hops.catalog import register
from headgate.hops.finish import finish_open_intents
from headgate.hops.ledger import FORGET, Entry, Ledger, State, TableRows
from headgate.hops.ledger_append import append_entry
from headgate.hops.publish_tables import versions_now
from headgate.lake.transaction import Transaction
from headgate.releases.forgotten import concerns
from headgate.releases.model_headers import headers
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings


def forget(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    subject: Subject,
    *,
    by: str,
    why: str,
    now: datetime,
) -> dict[str, Any]:
    """Remove the subject from the pipeline's lake, staging and reports; returns the facts of the certificate.

    Every step can be repeated: a forgetting that died goes on where it was when it is asked for again, and
    until then hours wait. One that is through gives its certificate again. Raises NotToForget, NotThere,
    GateClosed where what is left does not pass its contract, StillThere.
    """
    loaded = load_pipeline(settings, pipeline)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    own = [line for line in ledger.forgettings() if subject.is_of(line.attempt, line.digest)]
    open_line = ledger.forgetting()
    if open_line is None or open_line not in own:
        require_possible(loaded, ledger, by, why)
        seen = outlook(spark, settings, loaded, ledger, subject)
        if not seen.found.rows:
            facts = read_certificate(settings, pipeline, own[-1].attempt) if own else None
            if facts is None:
                raise not_there(pipeline, subject.table)
            drop(settings, pipeline)
            return facts
        require_unnamed(pipeline, Mentioned(loaded, seen.found), by, why)
        open_line = _begin(spark, settings, loaded, ledger, subject, seen.found, seen.hours, by, why)
    return _Forgetting(spark, settings, loaded, subject, open_line, now).go_on()


def _begin(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    ledger: Ledger,
    subject: Subject,
    found: Found,
    hours: HourRange | None,
    by: str,
    why: str,
) -> Entry:
    pipeline, salt = loaded.spec.pipeline, secrets.token_hex(8)
    tables = stored_tables(settings, pipeline, ledger)
    found.tables = measure(spark, settings, pipeline, tables)
    keep(settings, pipeline, PREFIX + salt, found)
    last = ledger.done("bronze")[-1]
    end = last.range_end if hours is None else hours.end
    line = Entry(
        entry=ledger.next_entry(),
        number=ledger.next_number(),
        hop=FORGET,
        state="forgetting",
        hour=end - HOUR,
        range_start=end if hours is None else hours.start,
        range_end=end,
        frontier=ledger.frontier(),
        attempt=PREFIX + salt,
        digest=subject.digest(salt),
        rows={f"bronze.{feed}": TableRows(0, 0, len(rows)) for feed, rows in found.places.items()},
        versions_before=tables,
        code=loaded.code,
        spec=loaded.digest,
        decided_by=by.strip(),
        why=why.strip(),
    )
    written = append_entry(settings, pipeline, ledger, line).entries()
    return next(entry for entry in written if entry.entry == line.entry)


@dataclass
class _Forgetting:
    """One forgetting from its first line in the ledger to its last; each step does nothing when repeated."""

    spark: SparkSession
    settings: Settings
    loaded: LoadedPipeline
    subject: Subject
    line: Entry
    now: datetime

    @property
    def pipeline(self) -> str:
        return self.loaded.spec.pipeline

    @property
    def hours(self) -> HourRange | None:
        """The hours to derive again; None where nothing of it was published."""
        return None if self.line.range_start == self.line.range_end else self.line.hours

    def ledger(self) -> Ledger:
        return Ledger(self.settings, self.pipeline, self.loaded.spec.hops[-1])

    def go_on(self) -> dict[str, Any]:
        facts = read_certificate(self.settings, self.pipeline, self.line.attempt)
        if facts is None:
            facts = self._remove()
        drop(self.settings, self.pipeline)
        path = certificate_path(self.settings, self.pipeline, self.line.attempt)
        self._note("forgotten", str(path.relative_to(self.settings.reports)))
        return facts

    def _remove(self) -> dict[str, Any]:
        spark, settings, loaded, pipeline = self.spark, self.settings, self.loaded, self.pipeline
        found = kept(settings, pipeline, self.line.attempt)
        if found is None:
            found = Finder(spark, settings, loaded, self.ledger().versions()).find(self.subject)
            keep(settings, pipeline, self.line.attempt, found)
        mentioned, transaction = (
            Mentioned(loaded, found),
            Transaction(f"{pipeline}/{FORGET}", self.line.number),
        )
        settle_pins(spark, settings, pipeline, self.ledger())
        erase_from_bronze(spark, settings, pipeline, found, transaction)
        self._note("forgetting")
        if self.hours is not None:
            derive_again(spark, settings, loaded, self.line.attempt, self.hours)
        finder = Finder(spark, settings, loaded, self.ledger().versions())
        tables = stored_tables(settings, pipeline, self.ledger())
        erase_from_further_gold(settings, loaded, finder, found, tables, transaction)
        self._note("forgetting")
        rewrite_tables(spark, settings, pipeline, self.ledger(), self.line)
        self._note("forgetting")
        ledger = self.ledger()
        scratch = plan_path(settings, pipeline, self.line.attempt).with_suffix("")
        statistics = purge_statistics(spark, settings, loaded, ledger, self.line, found, self.hours, scratch)
        removed = {
            "messages": purge_messages(ledger, mentioned),
            "requests": purge_requests(settings, pipeline, found, mentioned),
            "reports": purge_reports(settings, pipeline, mentioned),
            "attempts": purge_staging(settings, pipeline),
        }
        found.removed = {name: found.removed.get(name, 0) + count for name, count in removed.items()}
        found.removed["statistics"] = statistics
        keep(settings, pipeline, self.line.attempt, found)
        purge_tables(spark, settings, pipeline, ledger, self.now)
        purge_record_files(settings, pipeline, self.now)
        tables = stored_tables(settings, pipeline, ledger)
        left = rows_left(Finder(spark, settings, loaded, ledger.versions()), found, tables)
        if left:
            raise still_there(pipeline, left)
        return self._certify(found, measure(spark, settings, pipeline, tables))

    def _certify(self, found: Found, after: dict[str, dict[str, Any]]) -> dict[str, Any]:
        pipeline, hours = self.pipeline, self.hours
        known = headers(self.settings, pipeline)
        models = [int(h["model"]) for h in known if concerns(self.line, h)]
        facts = {
            "name": self.line.attempt,
            "pipeline": pipeline,
            "table": self.subject.table,
            "digest": self.line.digest,
            "by": self.line.decided_by,
            "why": self.line.why,
            "begun": moment_text(self.line.recorded_at),
            "ended": moment_text(self.now),
            "archive_rows": found.rows,
            "keys": sum(len(keys) for keys in found.keys.values()),
            "derived_again": str(hours) if hours else None,
            "left": 0,
            "tables": tables_compared(found.tables, after),
            "removed": found.removed,
            "models": models,
            "releases": concerned_releases(self.settings, pipeline, models),
            "landing": found.landing,
        }
        write_certificate(self.settings, pipeline, self.line.attempt, facts)
        return facts

    def _note(self, state: State, report: str = "") -> None:
        """Write a line with the versions that the tables have now, where any is new or it is the last one."""
        ledger = self.ledger()
        published = ledger.versions()
        tables = [table for table in published if not table.startswith("ops.")]
        now = versions_now(self.settings, self.pipeline, tables)
        moved = {table: version for table, version in now.items() if version != published[table]}
        if not moved and state == "forgetting":
            return
        line = dataclasses.replace(
            self.line,
            entry=ledger.next_entry(),
            state=state,
            versions_before={},
            versions=moved,
            report=report,
        )
        append_entry(self.settings, self.pipeline, ledger, line)
        register(self.spark, self.settings, self.loaded, moved)
