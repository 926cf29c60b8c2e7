"""The quarantine table: a view of the change log, so that what was kept apart is neither copied nor lost."""

from __future__ import annotations

from headgate.spec.contract import Contract


def quarantine_query(change_log: str, contract: Contract) -> str:
    """SQL of `<layer>.<table>_quarantine`: one row per quarantined change.

    `change_log` is the table expression of `<layer>.<table>_changes`, for example
    "delta.`/lake/flights/silver/flights_changes` VERSION AS OF 12". Columns: `rules` (array<string>), `hour`
    (the start of the hour in which the change was known, timestamp), the contract's columns as they were
    staged, and the original change: `_op`, `_committed_at`, `_sequence`, `_known_at`, `_file`, `_row`,
    `_revision`, `_rescued`.
    """
    original = ("_op", "_committed_at", "_sequence", "_known_at", "_file", "_row", "_revision", "_rescued")
    columns = ", ".join(f"`{name}`" for name in (*contract.columns, *original))
    return (
        f"SELECT `_failed_rules` AS `rules`, `_known_at` - INTERVAL 1 HOUR AS `hour`, {columns} "
        f"FROM {change_log} WHERE size(`_failed_rules`) > 0"
    )
