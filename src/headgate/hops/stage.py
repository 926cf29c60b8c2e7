"""Stage: read pinned inputs, transform, write the result where nobody else reads it."""

from __future__ import annotations

import time
from datetime import datetime

from pyspark.sql import SparkSession

from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.finish import finish_open_intents
from headgate.hops.kept_specs import keep_spec
from headgate.hops.known_files import KnownFile
from headgate.hops.ledger import Ledger
from headgate.hops.run_range import replay_range, run_range
from headgate.hops.stage_bronze import BronzeStage
from headgate.hops.stage_gold import GoldStage, gold_hours
from headgate.hops.stage_silver import stage_silver
from headgate.lake.interpretation import interpret_little
from headgate.lake.tables import prepare_tables
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings


def stage(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    hop: str,
    hour: datetime,
    name: str,
    *,
    replay_from: datetime | None = None,
) -> Manifest:
    """Stage one hop of the run whose logical date is `hour` into the attempt `name`.

    With `replay_from`, the hours from there to `hour` are derived again as one range. Raises Behind where an
    earlier hour's gate is closed, TakenOver where a later run has the hours now, NotToReplay where hours that
    are to be derived again are not done.
    """
    started = time.monotonic()
    loaded = load_pipeline(settings, pipeline)
    attempt = Attempt(settings, pipeline, hop, name)
    prepare_tables(spark, settings.lake, loaded)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    if replay_from is None:
        run = run_range(ledger, hop, hour)
    else:
        run = replay_range(ledger, pipeline, loaded.spec.schedule.start, replay_from, hour, hop)
    frontier, versions = ledger.frontier(), ledger.versions()
    attempt.clear()
    hours, files, findings = run.hours, list[KnownFile](), list[dict[str, object]]()
    taken_before = False
    if hop == "bronze":
        claim = ledger.claim()
        taken_before = run.replay or (claim is not None and claim.hour == hour)
        files, findings = BronzeStage(spark, settings, loaded, attempt, run, ledger).write(
            frontier, take_new=not taken_before
        )
    elif hop == "silver":
        interpret_little(spark, ledger.staged_bytes("bronze", run.hours))
        stage_silver(spark, settings, loaded, attempt, run.hours, ledger)
    else:
        hours = gold_hours(loaded, run.hours, frontier, replay=run.replay)
        interpret_little(spark, ledger.staged_bytes("silver", hours))
        until = run.hours.end if frontier is None else max(frontier, run.hours.end)
        GoldStage(spark, settings, loaded, attempt, hours, versions, replay=run.replay).write(until)
    digest, size = attempt.digest()
    manifest = Manifest(
        pipeline=pipeline,
        hop=hop,
        attempt=name,
        hour=hour,
        claimed=run.hours,
        hours=hours,
        frontier=frontier,
        inputs=versions,
        tables=sorted(path.name for path in (attempt.folder / "tables").iterdir()),
        digest=digest,
        bytes=size,
        code=loaded.code,
        spec=loaded.digest,
        seconds=round(time.monotonic() - started, 3),
        files=files,
        findings=findings,
        taken_before=taken_before,
    )
    keep_spec(settings, loaded.document)
    attempt.write_manifest(manifest)
    return manifest
