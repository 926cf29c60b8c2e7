"""Ask for rows in quarantine to re-enter, or to be dismissed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from pyspark.sql import DataFrame, SparkSession

from headgate.gates.quarantine import DISMISS, REPLAY, quarantine_query
from headgate.hops.columns_there import of_columns_there
from headgate.hops.known_files import KnownFiles
from headgate.hops.ledger import Ledger
from headgate.hops.requests import Request, append_request, rows_in, waiting
from headgate.hops.stage_requests import OPERATION
from headgate.lake.paths import table_path
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

LEFT = "Nothing was changed, and nothing is on record."


class RequestRefused(HeadgateError):
    """A request about the quarantine that cannot be met as it is put."""


def request_rows(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    table: str,
    action: str,
    *,
    rules: Sequence[str] = (),
    rows: Sequence[str] = (),
    values: Mapping[str, str] | None = None,
    why: str = "",
    requested_by: str = "",
) -> Request:
    """Put on record that rows of the quarantine of a silver table re-enter, or are dismissed.

    `rules` are rules of which a row broke at least one, `rows` are `<file>:<row>`; both empty mean all rows.
    Rows that wait for a run by an earlier request are left out. `values` gives columns of the feed, its
    commit time or `op` a new text. Raises RequestRefused for a request without rows, a dismissal without
    reason, an unknown table or column, or when no hour is to come that would take it.
    """
    pipeline = loaded.spec.pipeline
    check_request(loaded, table, action, values or {}, why)
    _require_hours_to_come(settings, loaded, table)
    taken = rows_in(waiting(settings, pipeline, KnownFiles(settings, pipeline)))
    found = [
        (row["_file"], row["_row"], row["_revision"])
        for row in quarantined(spark, settings, loaded, table).collect()
        if (not rules or set(rules) & set(row["rules"]))
        and (not rows or f"{row['_file']}:{row['_row']}" in rows)
        and (row["_file"], row["_row"]) not in taken
    ]
    missing = sorted(set(rows) - {f"{file}:{row}" for file, row, _ in found})
    if missing or not found:
        what = f"There is no row {missing[0]}" if missing else "There is no such row"
        raise RequestRefused(
            what=f"{what} in the quarantine of {pipeline}.{table}, or it waits for a run already.",
            where=f"{pipeline}_silver.{table}_quarantine",
            left=LEFT,
            next_command=f"./headgate quarantine show {pipeline} {table}",
        )
    feed = loaded.spec.silver[table].feed
    asked = Request(0, feed, table, action, tuple(sorted(found)), why, dict(values or {}), requested_by)
    return append_request(settings, pipeline, asked)


def quarantined(spark: SparkSession, settings: Settings, loaded: LoadedPipeline, table: str) -> DataFrame:
    """The rows that are in the quarantine of a silver table now, as `quarantine_query` says.

    A column that is in the contract, but not in the published version yet, is left out.
    """
    require_table(loaded, table)
    pipeline, log = loaded.spec.pipeline, f"silver.{table}_changes"
    version = Ledger(settings, pipeline, loaded.spec.hops[-1]).versions().get(log)
    if version is None:
        raise RequestRefused(
            what=f"Nothing of {pipeline}.{table} is published yet.",
            where=f"{pipeline}_silver.{table}_quarantine",
            left=LEFT,
            next_command=f"./headgate status; then run an hour of {pipeline}",
        )
    pinned = f"delta.`{table_path(settings.lake, pipeline, log)}` VERSION AS OF {version}"
    contract = of_columns_there(spark, loaded.contracts[f"silver.{table}"], pinned)
    return spark.sql(quarantine_query(pinned, contract))


def require_table(loaded: LoadedPipeline, table: str) -> None:
    """Raise RequestRefused unless the pipeline has this silver table."""
    if table not in loaded.spec.silver:
        _refuse_word(loaded, "silver table", table, list(loaded.spec.silver))


def check_request(
    loaded: LoadedPipeline, table: str, action: str, values: Mapping[str, str], why: str
) -> None:
    """Raise RequestRefused for words that no rows could be asked for with; the rows are not looked at."""
    require_table(loaded, table)
    feed = loaded.spec.silver[table].feed
    if action not in (REPLAY, DISMISS):
        _refuse_word(loaded, "action", action, [REPLAY, DISMISS])
    if action == DISMISS and not why.strip():
        raise RequestRefused(
            what="A dismissal is for good, so it needs a reason.",
            where=f"{loaded.spec.pipeline}_silver.{table}_quarantine",
            left=LEFT,
            next_command="Ask again with a reason: --why TEXT, or the field of the form.",
        )
    if action == DISMISS and values:
        raise RequestRefused(
            what="A dismissed row never counts, so it takes no values.",
            where=f"{loaded.spec.pipeline}_silver.{table}_quarantine",
            left=LEFT,
            next_command="Leave the values out, or replay the row with them.",
        )
    known = mendable(loaded, table)
    for name in values:
        if name not in known:
            _refuse_word(loaded, f"column of the feed {feed}", name, known)


def mendable(loaded: LoadedPipeline, table: str) -> list[str]:
    """The names of what a replay may give a new text: the feed's columns, its commit time, the operation."""
    feed = loaded.spec.silver[table].feed
    return [*loaded.contracts[f"bronze.{feed}"].columns, loaded.spec.feeds[feed].committed_at, OPERATION]


def _require_hours_to_come(settings: Settings, loaded: LoadedPipeline, table: str) -> None:
    """A request is taken by a new hour's bronze: after that of the last hour it would wait for ever."""
    pipeline, end = loaded.spec.pipeline, loaded.spec.schedule.end
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    claim = ledger.claim()
    reached = claim.range_end if claim else ledger.frontier()
    if end is not None and reached is not None and reached >= end:
        raise RequestRefused(
            what=f"The schedule of {pipeline} ended at {end:%Y-%m-%d %H:%M}, and its last hour has taken its "
            "files: no new hour would take the request along.",
            where=f"{pipeline}_silver.{table}_quarantine",
            left=LEFT,
            next_command=f"Set a later schedule.end in pipelines/{pipeline}/pipeline.yaml, then ask again.",
        )


def _refuse_word(loaded: LoadedPipeline, kind: str, word: str, known: Sequence[str]) -> None:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    raise RequestRefused(
        what=f"There is no {kind} {word!r}" + (f"; did you mean {close[0]!r}?" if close else "."),
        where=loaded.spec.pipeline,
        left=LEFT,
        next_command=f"Choose one of {', '.join(known)}.",
    )
