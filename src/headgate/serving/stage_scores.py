"""Stage the scores of an hour: the examples' keys with what each live model says of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, SparkSession

from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.finish import finish_open_intents
from headgate.hops.kept_specs import keep_spec
from headgate.hops.ledger import Ledger
from headgate.lake.interpretation import interpret_little
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.replace import range_predicate
from headgate.lake.tables import prepare_tables, table_types
from headgate.lake.write_staged import write_staged
from headgate.releases.absent_inputs import absent_inputs
from headgate.releases.recorded_scorer import probabilities_by
from headgate.serving.batch import Batch, next_batch
from headgate.serving.live_models import LiveModel, nothing_to_score
from headgate.spec.hour_range import HourRange
from headgate.spec.layers import SCORES
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.predictions import CHAMPION, PREDICTIONS
from headgate.spec.settings import Settings

AT_A_TIME = timedelta(days=1)
"""The span of as-of hours whose examples are in memory at a time."""


def stage_scores(
    spark: SparkSession, settings: Settings, pipeline: str, hour: datetime, name: str
) -> Manifest:
    """Stage the scores of the run whose logical date is `hour` into the attempt `name`.

    The models are chosen here, once, and the manifest names them. Raises NothingToScore.
    """
    started = time.monotonic()
    loaded = load_pipeline(settings, pipeline)
    attempt = Attempt(settings, pipeline, SCORES, name)
    prepare_tables(spark, settings.lake, loaded)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    batch = next_batch(settings, pipeline, ledger, hour)
    versions, frontier = ledger.versions(), ledger.frontier()
    path = table_path(settings.lake, pipeline, EXAMPLES)
    examples = read_at(spark, path, versions[EXAMPLES])
    batch = replace(batch, models=_with_inputs(loaded, batch))
    attempt.clear()
    interpret_little(spark, ledger.staged_bytes("gold", batch.hours))
    _write(settings, loaded, attempt, batch, examples, frontier or batch.hours.end)
    digest, size = attempt.digest()
    manifest = Manifest(
        pipeline=pipeline,
        hop=SCORES,
        attempt=name,
        hour=hour,
        claimed=batch.hours,
        hours=batch.hours,
        frontier=frontier,
        inputs=versions,
        tables=[PREDICTIONS],
        digest=digest,
        bytes=size,
        code=loaded.code,
        spec=loaded.digest,
        seconds=round(time.monotonic() - started, 3),
        scored_by=[
            {"role": live.role, "model": live.model, "version": live.version} for live in batch.models
        ],
    )
    keep_spec(settings, loaded.document)
    attempt.write_manifest(manifest)
    return manifest


def _with_inputs(loaded: LoadedPipeline, batch: Batch) -> list[LiveModel]:
    """The models whose inputs the examples have. Raises NothingToScore where the champion's are not there."""
    models = []
    for live in batch.models:
        absent = absent_inputs(loaded, live.header)
        if not absent:
            models.append(live)
        elif live.role == CHAMPION:
            raise nothing_to_score(
                loaded.spec.pipeline,
                f"{live.role} model {live.model} needs {', '.join(absent)}, and examples have none any more",
                "Nothing: the next model goes without and is judged as a refresh is, since nothing would "
                "score beside it in a trial; or give the column back to be served until then.",
            )
    return models


def _write(
    settings: Settings,
    loaded: LoadedPipeline,
    attempt: Attempt,
    batch: Batch,
    examples: DataFrame,
    scored_at: datetime,
) -> None:
    """One Parquet file a span of hours, each with what every model says of those hours."""
    spec, pipeline = loaded.spec.examples, loaded.spec.pipeline
    assert spec is not None  # what is scored has examples
    key, types = spec.grain, table_types(loaded)[PREDICTIONS]
    scorers = [(live, probabilities_by(settings, pipeline, live.header)) for live in batch.models]
    inputs = [entry["name"] for live in batch.models for entry in live.header["features"]]
    rows = examples.select(*dict.fromkeys([*key, *inputs]))
    for number, hours in enumerate(_spans(batch.hours)):
        found = rows.where(range_predicate(spec.as_of, hours)).orderBy(spec.as_of, *spec.entity).toArrow()
        parts = []
        for live, score in scorers:
            after = pa.scalar(live.says_after, found.schema.field(spec.as_of).type)
            own = found.filter(pc.greater(found[spec.as_of], after))
            parts.append(_said(own.select(key), live, score(own.to_pandas()), scored_at))
        write_staged(
            pa.concat_tables(parts), attempt.table(PREDICTIONS) / f"part-{number:05d}.parquet", types
        )


def _said(key: pa.Table, live: LiveModel, probability: np.ndarray, scored_at: datetime) -> pa.Table:
    """The columns of the predictions for what one model says of the examples with these keys."""
    rows = key.num_rows
    own = {
        "role": pa.array([live.role] * rows, pa.string()),
        "model": pa.array([live.model] * rows, pa.int64()),
        "version": pa.array([live.version] * rows, pa.int32()),
        "probability": pa.array(probability, pa.float64()),
        "scored_at": pa.array([scored_at] * rows, pa.timestamp("us", tz="UTC")),
    }
    for name, values in own.items():
        key = key.append_column(name, values)
    return key


def _spans(hours: HourRange) -> Iterator[HourRange]:
    """The range in parts of at most AT_A_TIME, in order."""
    start = hours.start
    while start is not None and hours.end - start > AT_A_TIME:
        yield HourRange(start, start + AT_A_TIME)
        start += AT_A_TIME
    yield HourRange(start, hours.end)
