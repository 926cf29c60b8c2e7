"""Find all that is kept of a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.forgetting.found import Found
from headgate.forgetting.mentions import naming_columns
from headgate.forgetting.subject import Subject
from headgate.hops.known_files import KnownFiles
from headgate.lake.columns import CARRIED
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

PLACE = ("_file", "_row", "_revision")


class Finder:
    """Looks through bronze and the change logs, as published at `versions`."""

    def __init__(
        self, spark: SparkSession, settings: Settings, loaded: LoadedPipeline, versions: dict[str, int]
    ) -> None:
        self.spark, self.settings, self.loaded, self.versions = spark, settings, loaded, versions
        self.found = Found()

    def find(self, subject: Subject) -> Found:
        """All rows of the subject, and those of others that name it.

        Rows that vanish with their key are looked for elsewhere in turn.
        """
        todo: list[tuple[str, set[tuple[str, ...]]]] = [(subject.table, {tuple(subject.key.values())})]
        while todo:
            named, keys = todo.pop()
            self.found.keys.setdefault(named, set()).update(keys)
            for table in self.loaded.spec.silver:
                vanished = self._named_in(table, named, keys)
                new = vanished - self.found.keys.get(table, set())
                if new and table != subject.table:
                    todo.append((table, new))
        for table in self.loaded.spec.silver:
            self._count_changes(table)
        self._unreadable(subject)
        for feed in self.found.places:
            self._other_revisions(feed)
        files = {file for places in self.found.places.values() for file, _, _ in places}
        known = KnownFiles(self.settings, self.loaded.spec.pipeline).newest
        self.found.landing = sorted(file for file in files if file in known)
        return self.found

    def _named_in(self, table: str, named: str, keys: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
        """Note the rows of a silver table that name these keys of another; its own keys that vanish so."""
        contract, feed = self.loaded.contracts[f"silver.{table}"], self.loaded.spec.silver[table].feed
        log, archive = self._read(f"silver.{table}_changes"), self._read(f"bronze.{feed}")
        vanished: set[tuple[str, ...]] = set()
        for columns in naming_columns(self.loaded, table, named):
            wanted = self.keys_frame(named, keys, columns)
            if archive is not None and set(columns) <= set(archive.columns):
                kinds = [contract.columns[column].type for column in columns]
                typed = {
                    column: F.trim(column).try_cast(kind) for column, kind in zip(columns, kinds, strict=True)
                }
                self._note(feed, archive.withColumns(typed).join(wanted, list(columns), "left_semi"))
            if log is None:
                continue
            rows = log.join(wanted, list(columns), "left_semi")
            self._note(feed, rows)
            if table != named:
                others = log.join(wanted, list(columns), "left_anti")
                texts = [F.col(name).cast("string") for name in contract.key]
                gone = rows.select(*texts).dropna().subtract(others.select(*texts))
                vanished |= {tuple(row) for row in gone.collect()}
        return vanished

    def _count_changes(self, table: str) -> None:
        """Count the changes of a silver table among what was noted, however often each was met."""
        log, places = self._read(f"silver.{table}_changes"), self.found.places.get(self._feed(table))
        if log is None or not places:
            return
        here = F.broadcast(self.spark.createDataFrame(sorted(places), places_schema()))
        rows = log.join(here, list(PLACE), "left_semi")
        apart = F.count(F.when(F.size("_failed_rules") > 0, 1))
        changes, quarantined = rows.agg(F.count(F.lit(1)), apart).collect()[0]
        self.found.changes[table] = changes
        self.found.quarantined += quarantined

    def _feed(self, table: str) -> str:
        return self.loaded.spec.silver[table].feed

    def keys_frame(self, table: str, keys: Iterable[tuple[str, ...]], columns: Iterable[str]) -> DataFrame:
        """Keys of a silver table, typed, in columns of these names."""
        contract = self.loaded.contracts[f"silver.{table}"]
        names = list(columns)
        texts = self.spark.createDataFrame(sorted(keys), ", ".join(f"`{name}` string" for name in names))
        typed = (
            F.col(name).cast(contract.columns[own].type).alias(name)
            for name, own in zip(names, contract.key, strict=True)
        )
        return F.broadcast(texts.select(*typed))

    def _unreadable(self, subject: Subject) -> None:
        """Note rows whose key could not be read and that hold all of the subject's values as words."""
        table = self.loaded.spec.silver[subject.table]
        log, archive = self._read(f"silver.{subject.table}_changes"), self._read(f"bronze.{table.feed}")
        if log is None or archive is None:
            return
        keyless = " OR ".join(f"`{name}` IS NULL" for name in subject.key)
        texts = [F.col(name) for name in archive.columns if name not in CARRIED]
        said: Column = F.concat_ws(" ", *texts, "_rescued")
        rows = archive.join(log.where(keyless).select(*PLACE), list(PLACE), "left_semi")
        for value in subject.key.values():
            rows = rows.where(said.rlike(rf"(?<!\w){_quoted(value)}(?!\w)"))
        before = self.found.rows
        self._note(table.feed, rows)
        self.found.unreadable = self.found.rows - before

    def _other_revisions(self, feed: str) -> None:
        """A row that re-entered from the quarantine goes with the row that it mended."""
        archive = self._read(f"bronze.{feed}")
        places = self.found.places[feed]
        if archive is None or not places:
            return
        here = F.broadcast(self.spark.createDataFrame(sorted(places), places_schema()))
        again = archive.join(here, list(PLACE), "left_semi").where("_request IS NOT NULL")
        same = again.select("_file", "_row").distinct()
        self._note(feed, archive.join(same, ["_file", "_row"], "left_semi"))

    def _note(self, feed: str, rows: DataFrame) -> None:
        for row in rows.select(*PLACE, "_known_at").collect():
            known_at = row["_known_at"]
            moment = known_at.replace(tzinfo=UTC) if known_at.tzinfo is None else known_at
            self.found.add(feed, (row["_file"], row["_row"], row["_revision"]), moment)

    def _read(self, table: str) -> DataFrame | None:
        if table not in self.versions:
            return None
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, table)
        return read_at(self.spark, path, self.versions[table])


def places_schema() -> str:
    """The columns of places, for a DataFrame."""
    return "_file string, _row bigint, _revision int"


def _quoted(value: str) -> str:
    """A text as a pattern of Java's regular expressions."""
    return re.sub(r"([^\w\s])", r"\\\1", value)
