"""Statistics without a subject: those of hours derived again since go, those of its files are made anew."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.features.statistics import table_statistics
from headgate.forgetting.found import Found
from headgate.hops.known_files import REQUEST, KnownFile, KnownFiles
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.requests import requests
from headgate.hops.statistics_log import STATISTICS, publishes, statistics_row
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.lake.read import read_at
from headgate.lake.rewrite_record import Rows, rewrite_record
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def purge_statistics(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    ledger: Ledger,
    line: Entry,
    found: Found,
    hours: HourRange | None,
    scratch: Path,
) -> int:
    """Bring `ops.statistics` to what it would say without the subject; returns how many publishes it was.

    `line` is the one that began the forgetting, `hours` those derived again since.
    """
    pipeline = loaded.spec.pipeline
    path = table_path(settings.lake, pipeline, STATISTICS)
    if current_version(path) is None:
        return 0
    known = publishes(settings, pipeline, ledger)
    before = [publish for publish in known if publish.number < line.number]
    replaced = {
        publish.number
        for publish in before
        if publish.hop != "bronze" and hours and publish.hours.overlaps(hours)
    } | {
        entry.number  # also what was undone
        for entry in ledger.entries()
        if hours and entry.hop in ("silver", "gold") and 0 < entry.number < line.number
        if entry.hours.overlaps(hours)
    }
    archived = _archived_by(settings, pipeline, found)
    anew = [publish for publish in before if publish.number in archived]
    if not replaced and not anew:
        return 0
    rows = []
    for publish in anew:
        for feed in archived[publish.number]:
            folder = scratch / f"{publish.number}-{feed}"
            shutil.rmtree(folder, ignore_errors=True)
            _write_rows(spark, settings, pipeline, ledger, feed, publish.number, folder)
            table = f"bronze.{feed}"
            rows += [
                {**statistics_row("bronze", publish.hours, record), "number": publish.number}
                for record in table_statistics(folder, loaded.contracts[table], table)
            ]
    shutil.rmtree(scratch, ignore_errors=True)
    renewed = {(row["number"], row["table"]) for row in rows}

    def cleaned(old: Rows) -> Rows:
        kept = [r for r in old if r["number"] not in replaced and (r["number"], r["table"]) not in renewed]
        return [*kept, *rows]

    rewrite_record(path, cleaned)
    return len(replaced) + len(anew)


def _archived_by(settings: Settings, pipeline: str, found: Found) -> dict[int, set[str]]:
    """The publishes of bronze, by number, that archived rows of the subject, with their feeds."""
    known = KnownFiles(settings, pipeline).all
    asked = {request.path: request for request in requests(settings, pipeline)}
    numbers: dict[int, set[str]] = defaultdict(set)
    for feed, places in found.places.items():
        files, rows = {file for file, _, _ in places}, {(file, row) for file, row, _ in places}
        for one in known:
            if one.feed != feed:
                continue
            request = asked.get(one.path)
            named = request is not None and any((f, r) in rows for f, r, _ in request.changes)
            if one.path in files or named:
                numbers[one.number].add(feed)
    return numbers


def _write_rows(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    ledger: Ledger,
    feed: str,
    number: int,
    folder: Path,
) -> None:
    """What is left of the rows that a publish archived of a feed: of its files, and by its requests."""
    table = f"bronze.{feed}"
    own: list[KnownFile] = [
        one for one in KnownFiles(settings, pipeline).all if one.number == number and one.feed == feed
    ]
    rows = read_at(spark, table_path(settings.lake, pipeline, table), ledger.versions()[table])
    requested = [re.sub(r"\D", "", one.path) for one in own if one.kind == REQUEST]
    acts = [f"{act} {request}" for request in requested for act in ("replay", "dismiss")]
    # a join, for a load of a year has thousands of files, which are too many for a condition
    files = spark.createDataFrame(
        [(one.path, one.revision) for one in own if one.kind != REQUEST], "_file string, _revision int"
    )
    of_files = rows.where("_request IS NULL").join(F.broadcast(files), ["_file", "_revision"], "left_semi")
    left = of_files.unionByName(rows.where(F.col("_request").isin(acts)))
    left.coalesce(1).write.parquet(str(folder))
