"""The history of a live table: from when to when each of its rows held, read off the change log."""

from __future__ import annotations

from headgate.hops.known_files import KnownFiles
from headgate.hops.known_loads import Loads, published_loads
from headgate.hops.ledger import Ledger
from headgate.lake.revisions import CHANGE
from headgate.spec.contract import Contract
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

VALID_FROM, VALID_TO, CURRENT = "valid_from", "valid_to", "is_current"
HISTORY_COLUMNS = (VALID_FROM, VALID_TO, CURRENT)
BEGINNING = "TIMESTAMP '0001-01-01 00:00:00+00:00'"


def history_query(change_log: str, contract: Contract, loads: Loads) -> str:
    """SQL of `<layer>.<table>_history`: one row per key and span in which its values held (SCD type 2).

    `change_log` is the table expression of `<layer>.<table>_changes`, `loads` are the feed's full loads.
    Columns: the contract's, `valid_from` (included), `valid_to` (excluded; null while the row holds) and
    `is_current`. Both are moments at the source; spans of a key do not overlap.

    The changes of a key are put in the order that decides about live rows (load generation, `_sequence`, of a
    `_sequence` the highest `_revision`), so the current rows are the live ones, whatever order the files came
    in. Marked changes count for nothing, nor does what a marked revision took the place of. A deletion, and a
    load that lacks the key, end a span. A load's row holds from the load's start, when reading began. What
    was replaced at the same moment never held; equal values that follow each other are one span. Where commit
    times step back, a change holds from the latest moment before it.
    """
    key = ", ".join(f"`{name}`" for name in contract.key)
    columns = ", ".join(f"`{name}`" for name in contract.columns)
    in_order = f"PARTITION BY {key} ORDER BY _generation, _sequence"
    starts = [f"TIMESTAMP '{start:%Y-%m-%d %H:%M:%S.%f}+00:00'" for start in loads.starts]
    cases = " ".join(f"WHEN _committed_at >= {start} THEN {start}" for start in reversed(starts))
    generation = f"CASE {cases} ELSE {BEGINNING} END" if starts else BEGINNING
    return f"""
        WITH revised AS (
            SELECT *, max(_revision) OVER (PARTITION BY {CHANGE}) AS _highest
            FROM {change_log}{_standing(loads)}
        ), unmarked AS (
            SELECT {columns}, _op, _sequence, _revision, _committed_at, {generation} AS _generation
            FROM revised
            WHERE size(_failed_rules) = 0 AND _revision = _highest
        ), newest AS (
            SELECT *, row_number() OVER (
                PARTITION BY {key}, _generation, _sequence ORDER BY _revision DESC
            ) AS _place
            FROM unmarked
        ), changes AS (
            SELECT {columns}, _op = 'D' AS _ended, _generation, _sequence,
                if(_op = 'L', _generation, _committed_at) AS _at
            FROM newest
            WHERE _place = 1
        ), events AS (
            SELECT * FROM changes{_left_out(contract, starts)}
        ), timed AS (
            SELECT *, max(_at) OVER ({in_order} ROWS UNBOUNDED PRECEDING) AS {VALID_FROM} FROM events
        ), lasting AS (
            SELECT * FROM (
                SELECT *, lead({VALID_FROM}) OVER ({in_order}) AS _next,
                    if(_ended, NULL, struct({columns})) AS _values
                FROM timed
            ) WHERE _next IS NULL OR _next > {VALID_FROM}
        ), different AS (
            SELECT * FROM (SELECT *, lag(_values) OVER ({in_order}) AS _before FROM lasting)
            WHERE NOT (_values <=> _before)
        ), spans AS (
            SELECT *, lead({VALID_FROM}) OVER ({in_order}) AS {VALID_TO} FROM different
        )
        SELECT {columns}, {VALID_FROM}, {VALID_TO}, {VALID_TO} IS NULL AS {CURRENT}
        FROM spans
        WHERE _values IS NOT NULL
    """


def loads_then(settings: Settings, loaded: LoadedPipeline, table: str, number: int | None = None) -> Loads:
    """The full loads that count in the published change log of a silver table.

    With `number`, those that counted after the publish of that number.
    """
    pipeline = loaded.spec.pipeline
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    feed = loaded.spec.silver[table].feed
    return published_loads(KnownFiles(settings, pipeline), ledger, feed, number)


def _standing(loads: Loads) -> str:
    """Leaves out what was delivered again for the same time."""
    wrong = [
        "(_file = '" + path.replace("\\", "\\\\").replace("'", "\\'") + f"' AND _revision = {revision})"
        for path, revision in sorted(loads.replaced)
    ]
    return f" WHERE NOT ({' OR '.join(wrong)})" if wrong else ""


def _left_out(contract: Contract, starts: list[str]) -> str:
    """For each key an end at the start of each load after its changes; a row of the load itself follows."""
    if not starts:
        return ""
    columns = ", ".join(f"`{name}`" if name in contract.key else "NULL" for name in contract.columns)
    loads = ", ".join(f"({start})" for start in starts)
    return f"""
            UNION ALL
            SELECT DISTINCT {columns}, true, _start, '', _start
            FROM changes JOIN VALUES {loads} AS loads(_start) ON _generation < _start"""
