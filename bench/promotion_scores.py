"""The scores that `headgate bench promotion` decides on: a year of real flights, each scored before it left.

The sample's own files go through the silver and gold transforms of the bundled pipeline, the whole year at
once and without gates, in a Spark of this process. Then scikit-learn's models, which take a minute where the
pipeline's own would take an hour, score each week from what was known when the week began:

- `forest`: a random forest of all features, refitted every seven days;
- `boosting`: gradient boosting of all features, fitted every 28 days and frozen between;
- `forecast`: gradient boosting of schedule, history and weather alone, frozen in the same way.
"""

from __future__ import annotations

import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

from headgate.cli.sample import load_sample_writer
from headgate.features.as_of_join import as_of_join
from headgate.lake.columns import CARRIED_TYPES
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform
from headgate.stack.local_spark import local_spark

PIPELINE = "flights"
YEAR = HourRange(datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))
FEEDS = ("flights", "weather")
WINDOW, EMBARGO, WEEK = timedelta(days=28), timedelta(hours=48), timedelta(days=7)
MISSING = -999.0
OF_THE_DAY = ("origin_", "carrier_d", "carrier_l", "destination_", "aircraft_")
"""How the names of those features begin that tell how this day goes; `forecast` has none of them."""

MODELS: dict[str, tuple[int, bool]] = {"forest": (1, True), "boosting": (4, True), "forecast": (4, False)}
"""Per score: refitted every how many weeks, and whether it knows how the day goes."""


def stored_scores(settings: Settings, folder: Path) -> Path:
    """`scores.parquet` in `folder`, made where it is missing.

    One row a flight: flight_id, as_of, late, label_known_at, the columns of `model.slices`, and the scores.
    """
    path = folder / "scores.parquet"
    if not path.is_file():
        loaded = load_pipeline(settings, PIPELINE)
        started = time.monotonic()
        examples = _examples(settings, loaded, folder)
        print(f"{len(examples):,} examples: {time.monotonic() - started:.0f} s", file=sys.stderr)
        _scored(examples, loaded).to_parquet(path, index=False)
        print(f"scored: {time.monotonic() - started:.0f} s", file=sys.stderr)
    return path


def _examples(settings: Settings, loaded: LoadedPipeline, folder: Path) -> pd.DataFrame:
    """The year's examples with label and all features, as gold derives them."""
    path = folder / "examples.parquet"
    if not path.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        landing = folder / "landing"
        end = YEAR.end + timedelta(days=1)
        load_sample_writer(settings.pipelines, PIPELINE)(landing, YEAR.start, end, YEAR.start)
        spark = local_spark(folder, "headgate bench promotion")
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
            max_age=source.max_age, columns=source.columns,
        )  # fmt: skip
    afterwards = HourRange(YEAR.start, YEAR.end + timedelta(days=1))
    labels = derived(examples.label_transform, examples.inputs, afterwards)
    return rows.join(labels, on=examples.entity, how="inner")


def _scored(examples: pd.DataFrame, loaded: LoadedPipeline) -> pd.DataFrame:
    """The examples that any model could score, with all scores; those of the first weeks only teach."""
    model = loaded.spec.model
    assert model is not None
    matrix = _matrix(examples, model.features)
    known, as_of = examples["label_known_at"], examples["as_of"]
    for name, (weeks, whole) in MODELS.items():
        columns = [c for c in matrix if whole or not c.startswith(OF_THE_DAY)]
        start = as_of.min().normalize() + WINDOW + EMBARGO
        score, fitted = np.full(len(examples), np.nan), None
        for number in range(60):
            now = start + number * WEEK
            if now > as_of.max():
                break
            if number % weeks == 0:
                taught = (as_of > now - EMBARGO - WINDOW) & (as_of <= now - EMBARGO) & (known <= now)
                fitted = _new(name).fit(matrix.loc[taught, columns], examples.loc[taught, "late"])
            week = (as_of >= now) & (as_of < now + WEEK)
            score[week] = fitted.predict_proba(matrix.loc[week, columns])[:, 1]
        examples[name] = score
        print(f"{name} scored", file=sys.stderr)
    kept = ["flight_id", "as_of", "late", "label_known_at", *model.slices, *MODELS]
    return examples.loc[examples[[*MODELS]].notna().all(axis=1), list(dict.fromkeys(kept))]


def _new(name: str) -> Any:
    if name == "forest":
        return RandomForestClassifier(100, max_depth=12, min_samples_leaf=10, random_state=2013, n_jobs=2)
    return HistGradientBoostingClassifier(
        max_iter=60, max_depth=5, learning_rate=0.08, min_samples_leaf=50, random_state=2013
    )


def _matrix(examples: pd.DataFrame, features: dict[str, Any]) -> pd.DataFrame:
    """Features as numbers: nominal ones by their place in the vocabulary, missing as one value."""
    columns = {
        name: examples[name].map({value: place for place, value in enumerate(feature.nominal)})
        if feature.nominal
        else examples[name]
        for name, feature in features.items()
    }
    return pd.DataFrame(columns).astype(np.float64).fillna(MISSING)
