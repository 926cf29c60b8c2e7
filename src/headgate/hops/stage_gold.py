"""Stage gold: tables derived from silver for a range of as-of hours, each knowing what was known then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial, reduce
from typing import Literal

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.features.as_of_join import as_of_join
from headgate.hops.attempt import Attempt
from headgate.hops.known_files import KnownFiles
from headgate.lake.paths import table_path
from headgate.lake.read import read_at, read_staged
from headgate.lake.replace import range_predicate
from headgate.lake.revisions import latest_revisions
from headgate.lake.side_by_side import side_by_side
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, FeatureSource
from headgate.spec.reach import reach
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform

Transform = Callable[[dict[str, DataFrame], HourRange], DataFrame]


def gold_hours(
    loaded: LoadedPipeline, run: HourRange, frontier: datetime | None, *, replay: bool
) -> HourRange:
    """The as-of hours that a run derives: its own; a replay also the later ones that can see its hours."""
    if not replay or frontier is None:
        return run
    return HourRange(run.start, max(run.end, min(frontier, run.end + reach(loaded.spec))))


class GoldStage:
    """One gold attempt: derives the gold tables in the spec's order, the examples last."""

    def __init__(
        self,
        spark: SparkSession,
        settings: Settings,
        loaded: LoadedPipeline,
        attempt: Attempt,
        hours: HourRange,
        versions: dict[str, int],
        *,
        replay: bool,
    ) -> None:
        self.spark, self.settings, self.loaded, self.attempt = spark, settings, loaded, attempt
        self.hours, self.versions, self.replay = hours, versions, replay
        self.revised = KnownFiles(settings, loaded.spec.pipeline).revised()
        self.parts = parts_of(hours, self._revisions_known())

    def write(self, labels_until: datetime) -> None:
        """Write every gold table's rows of the range; labels are those known at or before `labels_until`."""
        writes: list[Callable[[], None]] = []
        for name, table in self.loaded.spec.gold.items():
            if any(source in self.loaded.spec.gold for source in table.inputs):
                side_by_side(writes)
                writes = []
            transform: Transform = load_transform(self.loaded, "gold", table.transform)
            derive = partial(self._derived, transform, table.inputs, table.lookback)
            writes.append(partial(self._write, name, self._by_part(derive)))
        side_by_side(writes)
        if self.loaded.spec.examples:
            self._write("examples", self._examples(self.loaded.spec.examples, labels_until))

    def _write(self, name: str, rows: DataFrame) -> None:
        columns = list(self.loaded.contracts[f"gold.{name}"].columns)
        rows.select(*columns).coalesce(2).write.parquet(str(self.attempt.table(f"gold.{name}")))

    def _by_part(self, derive: Callable[[HourRange], DataFrame]) -> DataFrame:
        return reduce(DataFrame.unionByName, (derive(part) for part in self.parts))

    def _derived(
        self, transform: Transform, sources: list[str], lookback: timedelta, hours: HourRange
    ) -> DataFrame:
        return transform({source: self._input(source, lookback, hours) for source in sources}, hours)

    def _changes(self, source: str) -> DataFrame:
        table = f"silver.{source}_changes"
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, table)
        return read_at(self.spark, path, self.versions[table])

    def _is_revised(self, source: str) -> bool:
        return source in self.loaded.spec.silver and self.loaded.spec.silver[source].feed in self.revised

    def _revisions_known(self) -> list[datetime]:
        """When, after the range's first hour, rows became known that take the place of others."""
        first = None if self.hours.start is None else self.hours.start + HOUR
        if first == self.hours.end:
            return []
        examples = self.loaded.spec.examples
        sources = {source for table in self.loaded.spec.gold.values() for source in table.inputs}
        if examples:
            sources |= {*examples.inputs, *(source.table for source in examples.features)}
        found: set[datetime] = set()
        for source in sorted(filter(self._is_revised, sources)):
            revisions = self._changes(source).where("_revision > 0")
            later = revisions.where(range_predicate("_known_at", HourRange(first, self.hours.end)))
            known = later.select("_known_at").distinct().collect()
            found |= {row["_known_at"].replace(tzinfo=UTC) for row in known}
        return sorted(found)

    def _input(self, source: str, lookback: timedelta, hours: HourRange) -> DataFrame:
        """A silver change log, or a gold table with this run's rows, that far back.

        Of a change log without marked rows and those whose place a later revision took by the end of `hours`.
        """
        start = None if hours.start is None else hours.start - lookback
        within = HourRange(start, hours.end)
        if source in self.loaded.spec.silver:
            changes = self._changes(source)
            unmarked = changes.where(range_predicate("_known_at", within)).where(F.size("_failed_rules") == 0)
            if not self._is_revised(source):
                return unmarked
            known = changes.where(range_predicate("_known_at", HourRange(None, hours.end)))
            return latest_revisions(unmarked, of=known)
        as_of = self.loaded.spec.gold[source].as_of
        staged = read_staged(self.spark, self.attempt.table(f"gold.{source}"))
        if len(self.parts) > 1:
            staged = staged.where(range_predicate(as_of, within))
        if self.hours.start is None or start is None or start >= self.hours.start:
            return staged
        table = f"gold.{source}"
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, table)
        published = read_at(self.spark, path, self.versions.get(table, 0))
        before = published.where(range_predicate(as_of, HourRange(start, self.hours.start)))
        return before.unionByName(staged)

    def _examples(self, examples: Examples, labels_until: datetime) -> DataFrame:
        columns = list(self.loaded.contracts["gold.examples"].columns)
        knowledge = HourRange(self.hours.start, max(self.hours.end, labels_until))
        labels = self._labels(examples, knowledge)
        rows = self._by_part(partial(self._features, examples))
        new = _labelled(rows, labels, examples)
        if self.hours.start is None:
            return new.select(*columns)
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, "gold.examples")
        published = read_at(self.spark, path, self.versions.get("gold.examples", 0))
        elsewhere = published.where(f"NOT ({range_predicate(examples.as_of, self.hours)})")
        relabelled = _labelled(elsewhere, labels, examples, how="inner")
        found = new.select(*columns).unionByName(relabelled.select(*columns))
        if not self.replay:
            return found
        told = elsewhere.where(range_predicate(examples.label_known_at, knowledge))
        lost = told.join(labels, on=examples.entity, how="left_anti")
        if not lost.limit(1).count():
            return found
        earlier = self._labels(examples, HourRange(None, self.hours.start))
        return found.unionByName(_labelled(lost, earlier, examples).select(*columns))

    def _features(self, examples: Examples, hours: HourRange) -> DataFrame:
        """The examples of these as-of hours with their features, not labelled yet."""
        spine_of: Transform = load_transform(self.loaded, "gold", examples.transform)
        rows = self._derived(spine_of, examples.inputs, examples.lookback, hours)
        for source in examples.features:
            rows = self._join(rows, examples, source, hours)
        return rows

    def _labels(self, examples: Examples, knowledge: HourRange) -> DataFrame:
        """The latest label of each entity that became known in these hours: entity, label, when known."""
        labels_of: Transform = load_transform(self.loaded, "gold", examples.label_transform)
        found = self._derived(labels_of, examples.inputs, examples.lookback, knowledge)
        label, known_at = examples.label, examples.label_known_at
        latest = F.max_by(F.struct(F.col(label).alias("label"), F.col(known_at).alias("at")), F.col(known_at))
        labels = found.groupBy(*examples.entity).agg(latest.alias("l"))
        return labels.select(*examples.entity, F.col("l.label").alias(label), F.col("l.at").alias(known_at))

    def _join(
        self, rows: DataFrame, examples: Examples, source: FeatureSource, hours: HourRange
    ) -> DataFrame:
        if source.table in self.loaded.spec.silver:
            known_at = "_known_at"
        else:
            known_at = self.loaded.spec.gold[source.table].as_of
        table = self._input(source.table, source.max_age, hours)
        return as_of_join(
            rows,
            table,
            on=source.on,
            as_of=examples.as_of,
            known_at=known_at,
            max_age=source.max_age,
            columns=source.columns,
            event_time=source.event_time,
        )


def parts_of(hours: HourRange, revised: Sequence[datetime]) -> list[HourRange]:
    """The range, cut where revisions become known: all as-of hours of a part know the same ones.

    `revised`: ends of hours within the range in which rows became known that take the place of others.
    """
    cuts = sorted({at - HOUR for at in revised if hours.start is None or at - HOUR > hours.start})
    edges: list[datetime | None] = [hours.start, *cuts]
    return [HourRange(*span) for span in zip(edges, [*cuts, hours.end], strict=True)]


def _labelled(
    rows: DataFrame, labels: DataFrame, examples: Examples, how: Literal["left", "inner"] = "left"
) -> DataFrame:
    return rows.drop(examples.label, examples.label_known_at).join(labels, on=examples.entity, how=how)
