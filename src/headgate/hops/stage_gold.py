"""Stage gold: tables derived from silver for a range of as-of hours, each knowing what was known then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

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
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Examples, FeatureSource
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform

Transform = Callable[[dict[str, DataFrame], HourRange], DataFrame]


def gold_hours(
    loaded: LoadedPipeline, run: HourRange, frontier: datetime | None, *, replay: bool
) -> HourRange:
    """The as-of hours that a run derives: its own; a replay also the later ones that can see its hours."""
    if not replay or frontier is None:
        return run
    ages = [table.lookback for table in loaded.spec.gold.values()]
    if loaded.spec.examples:
        ages += [loaded.spec.examples.lookback, *(s.max_age for s in loaded.spec.examples.features)]
    return HourRange(run.start, max(run.end, min(frontier, run.end + max(ages))))


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
    ) -> None:
        self.spark, self.settings, self.loaded, self.attempt = spark, settings, loaded, attempt
        self.hours, self.versions = hours, versions
        self.revised = KnownFiles(settings, loaded.spec.pipeline).revised()

    def write(self, labels_until: datetime) -> None:
        """Write every gold table's rows of the range; labels are those known at or before `labels_until`."""
        writes: list[Callable[[], None]] = []
        for name, table in self.loaded.spec.gold.items():
            if any(source in self.loaded.spec.gold for source in table.inputs):
                side_by_side(writes)
                writes = []
            inputs = {source: self._input(source, table.lookback, self.hours) for source in table.inputs}
            transform: Transform = load_transform(self.loaded, "gold", table.transform)
            writes.append(partial(self._write, name, transform(inputs, self.hours)))
        side_by_side(writes)
        if self.loaded.spec.examples:
            self._write("examples", self._examples(self.loaded.spec.examples, labels_until))

    def _write(self, name: str, rows: DataFrame) -> None:
        columns = list(self.loaded.contracts[f"gold.{name}"].columns)
        rows.select(*columns).coalesce(2).write.parquet(str(self.attempt.table(f"gold.{name}")))

    def _input(self, source: str, lookback: timedelta, hours: HourRange) -> DataFrame:
        """A silver change log, or a gold table with this run's rows, that far back.

        Of a change log without marked rows and those that re-entered since.
        """
        start = None if hours.start is None else hours.start - lookback
        reach = HourRange(start, hours.end)
        pipeline, lake = self.loaded.spec.pipeline, self.settings.lake
        if source in self.loaded.spec.silver:
            table = f"silver.{source}_changes"
            changes = read_at(self.spark, table_path(lake, pipeline, table), self.versions[table])
            unmarked = changes.where(range_predicate("_known_at", reach)).where(F.size("_failed_rules") == 0)
            again = self.loaded.spec.silver[source].feed in self.revised
            return latest_revisions(unmarked, of=changes) if again else unmarked
        as_of = self.loaded.spec.gold[source].as_of
        staged = read_staged(self.spark, self.attempt.table(f"gold.{source}"))
        if hours.start is None:
            return staged
        table = f"gold.{source}"
        published = read_at(self.spark, table_path(lake, pipeline, table), self.versions.get(table, 0))
        before = published.where(range_predicate(as_of, HourRange(start, hours.start)))
        return before.unionByName(staged)

    def _examples(self, examples: Examples, labels_until: datetime) -> DataFrame:
        spine_of: Transform = load_transform(self.loaded, "gold", examples.transform)
        labels_of: Transform = load_transform(self.loaded, "gold", examples.label_transform)
        inputs = {source: self._input(source, examples.lookback, self.hours) for source in examples.inputs}
        rows = spine_of(inputs, self.hours)
        for source in examples.features:
            rows = self._join(rows, examples, source)
        knowledge = HourRange(self.hours.start, max(self.hours.end, labels_until))
        known = {source: self._input(source, examples.lookback, knowledge) for source in examples.inputs}
        label, known_at = examples.label, examples.label_known_at
        latest = F.max_by(F.struct(F.col(label).alias("label"), F.col(known_at).alias("at")), F.col(known_at))
        labels = labels_of(known, knowledge).groupBy(*examples.entity).agg(latest.alias("l"))
        labels = labels.select(*examples.entity, F.col("l.label").alias(label), F.col("l.at").alias(known_at))
        new = rows.drop(label, known_at).join(labels, on=examples.entity, how="left")
        columns = list(self.loaded.contracts["gold.examples"].columns)
        if self.hours.start is None:
            return new.select(*columns)
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, "gold.examples")
        published = read_at(self.spark, path, self.versions.get("gold.examples", 0))
        elsewhere = published.where(f"NOT ({range_predicate(examples.as_of, self.hours)})")
        relabelled = elsewhere.drop(label, known_at).join(labels, on=examples.entity, how="inner")
        return new.select(*columns).unionByName(relabelled.select(*columns))

    def _join(self, rows: DataFrame, examples: Examples, source: FeatureSource) -> DataFrame:
        if source.table in self.loaded.spec.silver:
            known_at = "_known_at"
        else:
            known_at = self.loaded.spec.gold[source.table].as_of
        table = self._input(source.table, source.max_age, self.hours)
        return as_of_join(
            rows,
            table,
            on=source.on,
            as_of=examples.as_of,
            known_at=known_at,
            max_age=source.max_age,
            columns=source.columns,
        )
