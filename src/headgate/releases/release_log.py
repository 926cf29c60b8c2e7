"""The release log: `ops.releases`, one row per decision about what serves."""

from __future__ import annotations

import json
from dataclasses import asdict

from pyspark.sql import SparkSession

from headgate.hops.catalog import register_records
from headgate.lake.append import append
from headgate.lake.paths import table_path
from headgate.lake.tables import create_table
from headgate.lake.transaction import Transaction
from headgate.releases.release_rows import RELEASES, Release, releases
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

RELEASES_TYPES = {
    "release": "bigint",
    "decision": "string",
    "version": "int",
    "model": "bigint",
    "previous_champion": "int",
    "reasons": "string",
    "pins": "map<string,bigint>",
    "code": "string",
    "spec": "string",
    "frontier": "string",
    "gate_reports": "map<string,string>",
    "evaluation": "string",
}
"""Columns and Spark types. `decision` is promote, hold, or by_hand: the alias was found moved (without a
version: removed). `reasons` and `evaluation` are JSON texts. It happened at the time of its Delta commit."""


class DecidedElsewhere(HeadgateError):
    """Another writer recorded a release at the same moment."""


def append_release(spark: SparkSession, settings: Settings, pipeline: str, release: Release) -> None:
    """Append one release. Its number may be written once; raises DecidedElsewhere when another one has it."""
    path = table_path(settings.lake, pipeline, RELEASES)
    create_table(spark, path, RELEASES_TYPES, change_feed=False)
    register_records(spark, settings, pipeline)
    values = asdict(release)
    for name in ("reasons", "evaluation"):
        values[name] = json.dumps(values[name], sort_keys=True)
    schema = ", ".join(f"`{column}` {kind}" for column, kind in RELEASES_TYPES.items())
    row = spark.createDataFrame([tuple(values[column] for column in RELEASES_TYPES)], schema)
    append(row, path, Transaction(f"{pipeline}/release", release.release))
    written = next(r for r in releases(settings, pipeline) if r.release == release.release)
    if (written.decision, written.version) != (release.decision, release.version):
        raise DecidedElsewhere(
            f"release {release.release} of {pipeline} was taken by another decision: "
            f"{written.decision} of version {written.version}",
            where=f"{pipeline}_{RELEASES}",
            left="the alias champion as it was",
            next_command="clear the task `promote`",
        )
