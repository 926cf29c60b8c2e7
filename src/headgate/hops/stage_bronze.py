"""Stage bronze: archive every line of the chosen files as it came, with its place on both clocks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.hops.attempt import UNREAD, Attempt
from headgate.hops.choose_files import Choice, archived_file, choose_files
from headgate.hops.diverted import Diverted
from headgate.hops.known_files import KnownFile, KnownFiles
from headgate.hops.ledger import Ledger
from headgate.hops.requests import Request, waiting
from headgate.hops.run_range import RunRange
from headgate.hops.stage_requests import requested_rows
from headgate.ingest.commit_time import commit_time, moment_or_null
from headgate.ingest.formats.format import OPERATION
from headgate.ingest.formats.format_of import format_of
from headgate.ingest.landing import LandingFile, as_listed, still_as_listed
from headgate.ingest.load_time import Span, undated_loads, whole_span
from headgate.ingest.ordering import LOAD_OPERATION, instant_text, known_at, sequence
from headgate.ingest.rescue import rescued_also
from headgate.lake.columns import CARRIED, CARRIED_TYPES
from headgate.lake.history import column_types
from headgate.lake.interpretation import interpret_little
from headgate.lake.paths import table_path
from headgate.lake.read import read_at, read_staged
from headgate.lake.revisions import without_revisions
from headgate.lake.side_by_side import side_by_side
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Feed
from headgate.spec.settings import Settings


class BronzeStage:
    """One bronze attempt: lists the files, reads them, writes one staged table a feed."""

    def __init__(
        self,
        spark: SparkSession,
        settings: Settings,
        loaded: LoadedPipeline,
        attempt: Attempt,
        run: RunRange,
        ledger: Ledger,
    ) -> None:
        self.spark, self.loaded, self.attempt, self.run = spark, loaded, attempt, run
        self.landing: Path = settings.landing / loaded.spec.pipeline
        self.settings, self.versions = settings, ledger.versions()
        self.open_publishes = frozenset(entry.number for entry in ledger.open_publishes("bronze"))
        self.known = KnownFiles(settings, loaded.spec.pipeline)
        self.diverted = Diverted(settings, loaded.spec.pipeline, ledger)

    def write(
        self, frontier: datetime | None, *, take_new: bool
    ) -> tuple[list[KnownFile], list[dict[str, object]]]:
        """Write the staged tables; returns the files taken (publish number 0) and what was noticed.

        A feed without files to take is left out, unless its contract expects rows and nothing was taken for
        these hours before.
        """
        feeds = self.loaded.spec.feeds
        choices = side_by_side([partial(self._choose, name, frontier, take_new=take_new) for name in feeds])
        interpret_little(self.spark, sum(file.size for choice in choices for file in choice.readable))
        found = side_by_side(
            [
                partial(self._write_feed, name, feed, choice, frontier, take_new=take_new)
                for (name, feed), choice in zip(feeds.items(), choices, strict=True)
            ]
        )
        files, findings = [f for taken, _ in found for f in taken], [f for _, told in found for f in told]
        read = {file.path for file in files}
        unread = [f for f in findings if f["on_fail"] == "close" and f["file"] not in read]
        if unread:
            self.attempt.write_text(UNREAD, json.dumps(unread, indent=1))
        return files, findings

    def _choose(self, feed: str, frontier: datetime | None, *, take_new: bool) -> Choice:
        if self.run.replay:
            return Choice()
        return choose_files(
            self.landing,
            self.loaded,
            feed,
            self.known,
            frontier,
            self.run.hours.end,
            take_new=take_new,
            open_publishes=self.open_publishes,
            diverted=self.diverted.files(),
        )

    def _write_feed(
        self, name: str, feed: Feed, choice: Choice, frontier: datetime | None, *, take_new: bool
    ) -> tuple[list[KnownFile], list[dict[str, object]]]:
        contract = self.loaded.contracts[f"bronze.{name}"]
        columns = list(contract.columns)
        if not self.run.replay:
            columns += self._evolved(name, feed, choice)
        with as_listed(self.landing, choice.readable):
            loads, load_times = self._due_loads(choice, feed, columns)
        changes = [file for file in choice.readable if file.kind == "changes"]
        taken = loads + changes
        counts: dict[str, int] = {}
        asked = self._requests(name) if take_new else []
        if taken or asked or (contract.expects_rows and take_new):
            staged = self.attempt.table(f"bronze.{name}")
            with as_listed(self.landing, taken):
                rows = self._rows(choice, feed, columns, frontier, loads, changes, load_times)
                if asked:
                    archived = self._archived(name)
                    end = self.run.hours.end
                    rows = rows.unionByName(requested_rows(archived, asked, feed, columns, frontier, end))
                rows.write.parquet(str(staged))
            counts = self._counts(staged, taken)
        files = [
            archived_file(file, choice, 0, counts.get(file.path, 0), load_times.get(file.path, (None,))[0])
            for file in taken
        ]
        files += [request.archived(len(request.changes)) for request in asked]
        still_as_listed(self.landing, taken)
        return files, [{**told, "sha256": choice.checksums.get(told["file"])} for told in choice.findings]

    def _requests(self, feed: str) -> list[Request]:
        return [r for r in waiting(self.settings, self.loaded.spec.pipeline, self.known) if r.feed == feed]

    def _archived(self, feed: str) -> DataFrame:
        table = f"bronze.{feed}"
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, table)
        rows = read_at(self.spark, path, self.versions[table])
        return without_revisions(rows, self.known.superseded(feed))

    def _evolved(self, name: str, feed: Feed, choice: Choice) -> list[str]:
        """The columns beyond the contract that the archive has, or gets with these files."""
        if feed.on_schema_change != "evolve":
            return []
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, f"bronze.{name}")
        contract = self.loaded.contracts[f"bronze.{name}"].columns
        known = [column for column in column_types(path) or {} if column not in CARRIED]
        return [column for column in dict.fromkeys([*known, *choice.evolved]) if column not in contract]

    def _read(self, feed: Feed, files: list[LandingFile], columns: list[str]) -> DataFrame | None:
        return format_of(feed).read(self.spark, self.landing, files, columns, feed.committed_at)

    def _counts(self, staged: Path, files: list[LandingFile]) -> dict[str, int]:
        if not files:
            return {}
        counted = read_staged(self.spark, staged).groupBy("_file").count().collect()
        return {row["_file"]: row["count"] for row in counted}

    def _due_loads(
        self, choice: Choice, feed: Feed, columns: list[str]
    ) -> tuple[list[LandingFile], dict[str, tuple[datetime, datetime]]]:
        """The full loads taken before the run's end, each with the load's start and the time it counts as."""
        loads = [file for file in choice.readable if file.kind == "load"]
        frame = self._read(feed, loads, columns) if loads else None
        if frame is None:
            return [], {}
        start = taken = feed.load_taken_at
        if start is None or taken is None:
            spans = _spans(frame)
            undated = undated_loads(loads, spans)
            if undated:
                choice.undated(undated)
                return [], {}
            start, taken = whole_span([span for span in spans.values() if span])
        if taken >= self.run.hours.end:
            choice.postponed(loads, taken)
            return [], {}
        return loads, dict.fromkeys((file.path for file in loads), (start, taken))

    def _rows(
        self,
        choice: Choice,
        feed: Feed,
        columns: list[str],
        frontier: datetime | None,
        loads: list[LandingFile],
        changes: list[LandingFile],
        load_times: dict[str, tuple[datetime, datetime]],
    ) -> DataFrame:
        parts = []
        if changes:
            frame = self._read(feed, changes, columns)
            at = commit_time(F.col("_committed"), F.col("_file"))
            parts += [] if frame is None else [_no_loads(frame).withColumn("_committed_at", at)]
        if loads:
            frame = self._read(feed, loads, columns)
            taken = load_times[loads[0].path][1]
            parts += [] if frame is None else [frame.withColumn("_committed_at", F.lit(taken))]
        if not parts:
            types = {**dict.fromkeys(columns, "string"), **CARRIED_TYPES}
            schema = ", ".join(f"`{name}` {kind}" for name, kind in types.items())
            return self.spark.createDataFrame([], schema)
        rows = parts[0] if len(parts) == 1 else parts[0].unionByName(parts[1])
        position = F.col(feed.sequence) if feed.sequence else instant_text(F.col("_committed_at"))
        unread_time = F.when(F.col("_committed_at").isNull(), F.col("_committed"))
        return rows.select(
            *columns,
            "_op",
            "_committed_at",
            sequence(position).alias("_sequence"),
            known_at(F.col("_committed_at"), frontier, self.run.hours.end).alias("_known_at"),
            "_file",
            "_row",
            _revision(choice).cast("int").alias("_revision"),
            rescued_also({feed.committed_at: unread_time}).alias("_rescued"),
            F.lit(None).cast("string").alias("_request"),
        ).select(*columns, *CARRIED)


def _spans(load: DataFrame) -> dict[str, Span | None]:
    """The transfer times of the rows of each file that has rows; None where they say none."""
    at = moment_or_null(F.col("_committed"))
    found = load.select("_file", at.alias("at")).groupBy("_file").agg(F.min("at"), F.max("at")).collect()
    return {
        file: (first.replace(tzinfo=UTC), last.replace(tzinfo=UTC)) if first else None
        for file, first, last in found
    }


def _no_loads(changes: DataFrame) -> DataFrame:
    """Changes that call themselves rows of a full load have no operation; what they said is rescued."""
    says_load = F.when(F.col("_op") == LOAD_OPERATION, F.col("_op"))
    return changes.withColumns(
        {"_rescued": rescued_also({OPERATION: says_load}), "_op": F.nullif("_op", F.lit(LOAD_OPERATION))}
    )


def _revision(choice: Choice) -> Column:
    column = F.lit(0)
    for path, revision in choice.revisions.items():
        if revision:
            column = F.when(F.col("_file") == path, F.lit(revision)).otherwise(column)
    return column
