"""A year of real flights as examples: the sample's own files through the transforms of silver and gold.

The whole year at once and without gates, in a Spark of this process.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.cli.sample import load_sample_writer
from headgate.features.as_of_join import as_of_join
from headgate.lake.columns import CARRIED_TYPES
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform
from headgate.stack.local_spark import local_spark

PIPELINE = "flights"
YEAR = HourRange(datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))
FEEDS = ("flights", "weather")


def real_examples(settings: Settings, loaded: LoadedPipeline, folder: Path) -> pd.DataFrame:
    """The year's examples with label and all features, made once: `examples.parquet` in `folder`."""
    path = folder / "examples.parquet"
    if not path.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        landing = folder / "landing"
        end = YEAR.end + timedelta(days=1)
        load_sample_writer(settings.pipelines, PIPELINE)(landing, YEAR.start, end, YEAR.start)
        spark = local_spark(folder, "headgate bench")
        changes = {feed: _changes(spark, loaded, landing / feed) for feed in FEEDS}
        _gold(loaded, changes).coalesce(2).write.parquet(str(path))
        spark.stop()
        shutil.rmtree(landing)
    return pd.read_parquet(path).sort_values(["as_of", "flight_id"], ignore_index=True)


def _changes(spark: SparkSession, loaded: LoadedPipeline, folder: Path) -> DataFrame:
    """A feed's change log: every line of every file, typed, known at the end of the hour of its commit."""
    files = sorted(folder.rglob("*.csv"))
    lines = pd.concat([pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""]) for file in files])
    lines = lines.reset_index(drop=True).rename(columns={"Op": "_op", "committed_at": "_committed_at"})
    lines["_op"] = lines["_op"].fillna("I")
    lines["_sequence"] = lines["_committed_at"] + lines.index.astype(str).str.zfill(9)
    lines["_known_at"] = (
        pd.to_datetime(lines["_committed_at"]).dt.floor("h") + pd.Timedelta(hours=1)
    ).astype(str)
    lines["_revision"] = "0"
    archive = folder.with_suffix(".parquet")
    lines.reindex(columns=[*CARRIED_TYPES, *lines.columns.difference([*CARRIED_TYPES])]).astype(
        "string"
    ).to_parquet(archive, index=False)
    rows = spark.read.parquet(str(archive))
    carried = {name: F.col(name).cast(kind) for name, kind in CARRIED_TYPES.items()}
    return load_transform(loaded, "silver", folder.name)(rows.withColumns(carried)).localCheckpoint()  # type: ignore[no-any-return]


def _gold(loaded: LoadedPipeline, changes: dict[str, DataFrame]) -> DataFrame:
    """The examples with features and labels; what the gates do is left out."""
    examples = loaded.spec.examples
    assert examples is not None

    def derived(transform: str, inputs: list[str], window: HourRange) -> DataFrame:
        found: DataFrame = load_transform(loaded, "gold", transform)(
            {source: changes[source] for source in inputs}, window
        )
        return found

    rows = derived(examples.transform, examples.inputs, YEAR)
    for source in examples.features:
        if source.table in changes:
            table, known_at = changes[source.table], "_known_at"
        else:
            gold = loaded.spec.gold[source.table]
            table, known_at = derived(gold.transform, gold.inputs, YEAR), gold.as_of
        rows = as_of_join(
            rows, table, on=source.on, as_of=examples.as_of, known_at=known_at,
            max_age=source.max_age, columns=source.columns, event_time=source.event_time,
        )  # fmt: skip
    afterwards = HourRange(YEAR.start, YEAR.end + timedelta(days=1))
    labels = derived(examples.label_transform, examples.inputs, afterwards)
    return rows.join(labels, on=examples.entity, how="inner")
