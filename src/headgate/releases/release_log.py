"""The release log: `ops.releases`, one row per decision about what serves, each chained to the one before."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession

from headgate.hops.catalog import register_records
from headgate.lake.append_record import append_record
from headgate.lake.history import column_types
from headgate.lake.paths import table_path
from headgate.lake.tables import create_table
from headgate.lake.transaction import Transaction
from headgate.releases.release_chain import chained
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
    "tables": "map<string,bigint>",
    "back_to": "bigint",
    "decided_by": "string",
    "why": "string",
    "decided_at": "timestamp",
    "previous": "string",
    "hash": "string",
}
"""Columns and Spark types. `decision` is

- promote or hold: what the rules said of a candidate, or of a challenger at the end of its trial;
- challenge: the trial of the version began;
- ask: the rules would promote it, and somebody is asked; the answer is a promote or hold of its own;
- rollback: somebody (`decided_by`, `why`) went back to the release `back_to`;
- by_hand: the alias was found moved (without a version: removed);
- repair: the version that served was deleted in MLflow, and `version` shows its model now.

`pins` are the versions that the model was learned from, `tables` those of all tables that were published with
them. `frontier` is how far gold was published when the alias moved or a trial began or ended; of a candidate
that was held, or about which somebody is asked, it is the candidate's. `reasons` and `evaluation` are JSON
texts. `previous` and `hash`: see `release_chain`."""

OF_THE_ACT = ("decision", "version", "model", "previous_champion", "reasons", "back_to", "decided_by", "why")
"""What makes a release the act that it is: what was decided, over whom, for what reasons, and by whom."""


class DecidedElsewhere(HeadgateError):
    """Another writer recorded a release at the same moment."""


def append_release(spark: SparkSession, settings: Settings, pipeline: str, release: Release) -> Release:
    """Append one release with the time and its place in the chain, and give it as it is on record.

    Its number may be written once. The same act tried again (see OF_THE_ACT) is on record already; what the
    try saw meanwhile, a frontier that moved or a report that came, makes it no other act.

    Raises DecidedElsewhere when another one has the number.
    """
    path = table_path(settings.lake, pipeline, RELEASES)
    _prepare(spark, path)
    register_records(spark, settings, pipeline)
    before = [row for row in releases(settings, pipeline) if row.release < release.release]
    row = asdict(chained(replace(release, decided_at=datetime.now(UTC)), before))
    for name in ("reasons", "evaluation"):
        row[name] = json.dumps(row[name], sort_keys=True)
    append_record([row], path, Transaction(f"{pipeline}/release", release.release))
    written = next(r for r in releases(settings, pipeline) if r.release == release.release)
    if _act(written) != _act(release):
        by = f" by {written.decided_by}" if written.decided_by else ""
        raise DecidedElsewhere(
            f"release {release.release} of {pipeline} was taken by another decision: "
            f"{written.decision} of version {written.version}{by}",
            where=f"{pipeline}_{RELEASES}",
            left="the alias champion as it was",
            next_command="clear the task: it looks again at what is on record",
        )
    return written


def _act(release: Release) -> tuple[object, ...]:
    return tuple(getattr(release, name) for name in OF_THE_ACT)


def _prepare(spark: SparkSession, path: str) -> None:
    """Create the log, to which rows can only be added; one by an earlier Headgate gets what it lacks."""
    create_table(spark, path, RELEASES_TYPES, change_feed=False)
    known = column_types(path) or {}
    new = [f"`{name}` {kind}" for name, kind in RELEASES_TYPES.items() if name not in known]
    if new:
        spark.sql(f"ALTER TABLE delta.`{path}` ADD COLUMNS ({', '.join(new)})")
