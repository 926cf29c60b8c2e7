"""Rows that re-enter from the quarantine: the archived row as its next revision, mended as was asked for."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.hops.requests import Request
from headgate.ingest.commit_time import commit_time
from headgate.ingest.ordering import LOAD_OPERATION, instant_text, known_at, sequence
from headgate.ingest.rescue import TEXTS
from headgate.lake.columns import CARRIED
from headgate.spec.pipeline import Feed

OPERATION = "op"
"""What a request calls the operation of a change, whatever the source's column is called."""


def requested_rows(
    archived: DataFrame,
    requests: list[Request],
    feed: Feed,
    columns: list[str],
    frontier: datetime | None,
    end: datetime,
) -> DataFrame:
    """One row per change that the requests name, with `columns` and the carried columns.

    `archived`: the archive of the feed, at a version that may lack the newest columns. The row is the
    revision that a request names, as the next revision, known from now on (see `known_at`), at its old place
    in the order; at the place of its new commit time or source sequence where the request gives one. A change
    that several requests name re-enters by the first.
    """
    asked: dict[tuple[str, int], tuple[int, str, dict[str, str]]] = {}
    for request in requests:
        for file, row, revision in request.changes:
            asked.setdefault((file, row), (revision, request.mark, request.values))
    wanted = archived.sparkSession.createDataFrame(
        [(file, row, *what) for (file, row), what in asked.items()],
        f"w_file string, w_row bigint, w_revision int, w_request string, w_values {TEXTS}",
    )
    newest = {name: F.lit(None).cast("string") for name in columns if name not in archived.columns}
    archived = archived.withColumns(newest) if newest else archived
    same = "_file = w_file AND _row = w_row AND _revision = w_revision"
    rows = archived.join(F.broadcast(wanted), on=F.expr(same), how="inner")

    def given(name: str) -> Column:
        return F.map_contains_key("w_values", F.lit(name))

    def text(name: str) -> Column:
        return F.nullif(F.element_at("w_values", F.lit(name)), F.lit(""))

    def value(name: str, before: str) -> Column:
        return F.when(given(name), text(name)).otherwise(F.col(before))

    is_load = F.col("_op") == LOAD_OPERATION
    moment = F.when(given(feed.committed_at), commit_time(text(feed.committed_at), F.col("_file")))
    rows = rows.select(
        *(value(name, name).alias(name) for name in columns),
        value(OPERATION, "_op").alias("_op"),
        F.coalesce(moment, F.col("_committed_at")).alias("_committed_at"),
        "_file",
        "_row",
        (F.col("_revision") + 1).cast("int").alias("_revision"),
        F.col("_sequence").alias("_before"),
        _still_rescued().alias("_rescued"),
        F.col("w_request").alias("_request"),
        ((given(feed.committed_at) | given(feed.sequence or feed.committed_at)) & ~is_load).alias("_moved"),
    )
    position = F.col(feed.sequence) if feed.sequence else instant_text(F.col("_committed_at"))
    return rows.withColumns(
        {
            "_sequence": F.when(F.col("_moved"), sequence(position)).otherwise(F.col("_before")),
            "_known_at": known_at(F.col("_committed_at"), frontier, end),
        }
    ).select(*columns, *CARRIED)


def _still_rescued() -> Column:
    """`_rescued` without the columns that get a new text."""
    kept = F.map_filter(
        F.from_json("_rescued", TEXTS),
        lambda name, _: ~F.array_contains(F.map_keys("w_values"), name) & (name != "_line"),
    )
    changed = F.size("w_values") > 0
    return F.when(~changed, F.col("_rescued")).when(F.size(kept) > 0, F.to_json(kept))
